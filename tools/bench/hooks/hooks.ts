// Part `hooks`: what a hook costs, beside the peers.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cleanPath } from '../../local-juju/engine/environment.ts';
import { anyPython } from '../measure/python.ts';
import { type Figures, hookSubject, measureAll, programSubject, type Subject, toolSubject } from './measure.ts';
import { installPeers, type Peer, type Peers } from './peers.ts';
import { type Application, lifecycle, type Scenario, scenarios } from './scenarios.ts';
import { openStand, type Stand } from './stand.ts';
import { leaderOf } from './states.ts';
import { deployCluster, deployReplicaSet, openWorld, untilCalm, type World } from './world.ts';

export type Measured = { name: string; figures: Figures };
export type HookResults = {
  runs: number;
  /** What one call of a hook tool costs here. */
  toolCall: Figures;
  scenarios: (Measured & { key: string })[];
  /** The same scenarios with the charms of another checkout. */
  beside?: Measured[];
  peers: Measured[];
  /** Why a peer was not measured. */
  missing: string[];
};
/** @property only keys of scenarios. @property beside another checkout, built. @property room folder for everything that is made. */
export type HookOptions = {
  runs: number;
  only: readonly string[];
  peers: boolean;
  beside?: string;
  room: string;
  interrupted: AbortSignal;
  say(text: string): void;
};

export const benchHooks = async ({ runs, only, peers: wanted, beside, room, interrupted, say }: HookOptions): Promise<HookResults> => {
  const chosen = scenarios.filter(({ key }) => only.length === 0 || only.includes(key));
  if (chosen.length === 0) throw new Error(`there is no such scenario; there are ${scenarios.map(({ key }) => key).join(', ')}`);
  if (beside !== undefined && !existsSync(join(beside, 'build', 'mongodb')))
    throw new Error(`${beside} has not been built; run npm run build there`);
  const python = await anyPython();
  say(wanted ? 'deploying the model, and installing the peers' : 'deploying the model');
  const noPeers: Peers = { installed: [], missing: ['the peers were not wanted'] };
  const [world, peers] = await Promise.all([deploy(join(room, 'j'), chosen, interrupted), wanted ? installPeers(room, python) : noPeers]);
  const other = beside === undefined ? undefined : await deploy(join(room, 'b'), chosen, interrupted, join(beside, 'build'));
  if (peers.observer !== undefined) {
    await world.juju.run('deploy', peers.observer.folder, 'observer');
    await untilCalm(world, {}); // it is blocked, having no relations
  }
  const state = await world.state();
  const stands = new Map<string, Stand>();
  const standFor = async (application: string, of = world): Promise<Stand> => {
    const key = `${of.folder} ${application}`;
    const stand = stands.get(key) ?? (await openStand(await of.state(), of.folder));
    stands.set(key, stand);
    return stand;
  };
  try {
    const ours: Subject[] = [];
    const theirs: Subject[] = [];
    for (const scenario of chosen) {
      ours.push(scenarioSubject(await standFor(scenario.application), scenario, python.path));
      if (other !== undefined) theirs.push(scenarioSubject(await standFor(scenario.application, other), scenario, python.path));
    }
    const others = peers.installed.map(peer => importSubject(peer, room, python.path));
    if (peers.observer !== undefined) {
      const name = `a whole hook of a small charm on ops ${peers.observer.version}: update-status`;
      others.push(observerSubject(await standFor('observer'), name, python.path));
    }
    const toolCall = toolSubject([...stands.values()][0]!, leaderOf(state, chosen[0]!.application), python.path);
    const order = [toolCall, ...mixed(ours, others, theirs)];
    const figures = await measureAll(order, runs, say);
    const of = (subject: Subject): Measured => ({ name: subject.name, figures: figures[order.indexOf(subject)]! });
    return {
      runs,
      toolCall: of(toolCall).figures,
      scenarios: ours.map((hook, at) => ({ key: chosen[at]!.key, ...of(hook) })),
      ...(other === undefined ? {} : { beside: theirs.map(of) }),
      peers: others.map(of),
      missing: peers.missing,
    };
  } finally {
    for (const stand of stands.values()) await stand.close();
  }
};

const deploy = async (data: string, chosen: readonly Scenario[], interrupted: AbortSignal, charms?: string): Promise<World> => {
  const world = await openWorld(data, interrupted, charms);
  const needs = (...applications: Application[]) => chosen.some(({ application }) => applications.includes(application));
  const units = [needs('mongodb') ? await deployReplicaSet(world) : {}, needs('mongos', 'config-server') ? await deployCluster(world) : {}];
  await untilCalm(world, Object.assign({}, ...units));
  return world;
};

/** A peer, one of ours, the same of another checkout, a peer …; what is left comes at the end. */
const mixed = (ours: readonly Subject[], peers: readonly Subject[], theirs: readonly Subject[]): Subject[] =>
  Array.from({ length: Math.max(ours.length, peers.length) }, (_, at) =>
    [peers[at], ours[at], theirs[at]].filter(one => one !== undefined),
  ).flat();

const scenarioSubject = (stand: Stand, { name, application, from }: Scenario, python: string): Subject =>
  hookSubject(stand, name, leaderOf(stand.model, application), from(stand.model), python);

const observerSubject = (stand: Stand, name: string, python: string): Subject =>
  hookSubject(stand, name, leaderOf(stand.model, 'observer'), { info: lifecycle('update-status'), check: async () => undefined }, python);

const importSubject = (peer: Peer, room: string, python: string): Subject => {
  const env = { PATH: cleanPath(process.env.PATH ?? ''), LANG: 'C.UTF-8' };
  return programSubject(peer.name, { command: peer.python, args: ['-c', peer.imports], cwd: room, env }, python);
};
