// Part `hooks`: what a hook costs, beside the peers.
import { join } from 'node:path';
import { cleanPath } from '../../local-juju/engine/environment.ts';
import { anyPython } from '../measure/python.ts';
import { type Figures, hookSubject, measureAll, programSubject, type Subject, toolSubject } from './measure.ts';
import { installPeers, type Peer } from './peers.ts';
import { leaderOf, lifecycle, type Scenario, scenariosOf } from './scenarios.ts';
import { openStand } from './stand.ts';
import { openWorld, untilCalm, type World } from './world.ts';

export type Measured = { name: string; figures: Figures };
export type HookResults = {
  runs: number;
  /** What one call of a hook tool costs here. */
  toolCall: Figures;
  scenarios: (Measured & { key: string })[];
  peers: Measured[];
  missing: string[];
};
export type HookOptions = { runs: number; only?: string; room: string; interrupted: AbortSignal; say(text: string): void };

export const benchHooks = async ({ runs, only, room, interrupted, say }: HookOptions): Promise<HookResults> => {
  const python = await anyPython();
  say('deploying the model and installing the peers');
  const [world, peers] = await Promise.all([deploy(join(room, 'j'), interrupted), installPeers(room, python)]);
  if (peers.observer !== undefined) {
    await world.juju.run('deploy', peers.observer.folder, 'observer');
    await untilCalm(world, {});
  }
  const stand = await openStand(await world.state(), world.folder);
  try {
    const scenarios = scenariosOf(stand.model).filter(({ key }) => only === undefined || key === only);
    const hooks = scenarios.map(scenario => hookSubject(stand, scenario, python.path));
    const others = [
      ...peers.installed.map(peer => importSubject(peer, room, python.path)),
      ...(peers.observer === undefined
        ? []
        : [hookSubject(stand, observed(leaderOf(stand.model, 'observer'), peers.observer.version), python.path)]),
    ];
    const toolCall = toolSubject(stand, leaderOf(stand.model, 'mongodb'), python.path);
    const order = [toolCall, ...mixed(hooks, others)];
    const figures = await measureAll(order, runs, say);
    const of = (subject: Subject): Measured => ({ name: subject.name, figures: figures[order.indexOf(subject)]! });
    return {
      runs,
      toolCall: of(toolCall).figures,
      scenarios: hooks.map((hook, at) => ({ key: scenarios[at]!.key, ...of(hook) })),
      peers: others.map(of),
      missing: peers.missing,
    };
  } finally {
    await stand.close();
  }
};

const deploy = async (data: string, interrupted: AbortSignal): Promise<World> => {
  const world = await openWorld(data, interrupted);
  const { juju } = world;
  await juju.run('deploy', 'mongodb', '-n', '3');
  for (const client of ['shop', 'ledger']) {
    await juju.run('deploy', 'data-integrator', client, '--config', `database-name=${client}`);
    await juju.run('integrate', 'mongodb', client);
  }
  await untilCalm(world, { mongodb: 3, shop: 1, ledger: 1 });
  return world;
};

/** A peer, one of ours, a peer, one of ours …; what is left of either comes at the end. */
const mixed = (ours: readonly Subject[], peers: readonly Subject[]): Subject[] =>
  Array.from({ length: Math.max(ours.length, peers.length) }, (_, at) => [peers[at], ours[at]].filter(one => one !== undefined)).flat();

const importSubject = (peer: Peer, room: string, python: string): Subject => {
  const env = { PATH: cleanPath(process.env.PATH ?? ''), LANG: 'C.UTF-8' };
  return programSubject(peer.name, { command: peer.python, args: ['-c', peer.imports], cwd: room, env }, python);
};

const observed = (unit: string, version: string): Scenario => ({
  key: 'observer',
  name: `a small charm on ops ${version}: its whole update-status`,
  unit,
  hook: lifecycle('update-status'),
  check: () => undefined,
});
