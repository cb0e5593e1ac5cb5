// One simulation: a world, its agents, and what an operator does to it. Made anew from a seed, or from a copy of a world.
import type { DeployRequest } from '../../tools/local-juju/contract.ts';
import { newModel } from '../../tools/local-juju/engine/controller.ts';
import { createApplication } from '../../tools/local-juju/engine/deploy.ts';
import type { Charm } from '../../tools/local-juju/state.ts';
import { type Agents, type Fate, startAgents } from './agents.ts';
import { charms } from './charms.ts';
import * as disk from './disk.ts';
import { clock, Killed, run, START } from './kernel.ts';
import './outside/clock.ts';
import { requestFor } from '../unit/local-juju/engine/simulation.ts';
import { currentWorld, enterWorld, FOLDER, type World } from './world.ts';

export const calmly: Fate = { mishap: () => undefined, atCommit: () => undefined, delayMs: () => 10, ran: () => {} };

export function newWorld(): World {
  const files: World['files'] = new Map();
  disk.makeFolders(files, '/tmp');
  disk.makeFolders(files, FOLDER);
  return {
    model: newModel('m', '00000000-0000-4000-8000-000000000000', '127.16.0'),
    files,
    machines: {},
    servers: {},
    disks: {},
    databaseTime: START,
    unsettledUntil: START,
    incarnations: 0,
    pace: { stopMs: 400, startMs: 1_500 },
    acknowledged: [],
    minted: new Set(),
    log: [],
  };
}

let last: Agents | undefined;

/** Begins, or goes on, with a world, when what is left of the one before has come to its end. */
export async function open(world: World, seed: number, at: number, fate: Fate): Promise<Agents> {
  await last?.stop();
  clock.reset(at, seed);
  enterWorld(world);
  const agents = startAgents(fate);
  last = agents;
  agents.look();
  return agents;
}

export function deploy(name: string, kind: keyof typeof charms, request: Partial<DeployRequest> = {}): void {
  const { model } = currentWorld();
  const charm: Charm = charms[kind];
  createApplication(model, name, charm, requestFor(charm, request), { folder: FOLDER, now: clock.iso });
}

/** Lets the model go on until its agents have nothing to do, or the time is over. @returns whether they came to rest. */
export async function rest(agents: Agents, mostMs: number): Promise<boolean> {
  const end = clock.now() + mostMs;
  agents.look();
  await run(() => agents.idle() || clock.now() > end);
  return agents.idle();
}

/** What was rejected and nobody handled: in the charm's own process it would end the hook without a word. */
export const unhandled: unknown[] = [];
process.on('unhandledRejection', error => {
  if (!(error instanceof Killed)) unhandled.push(error);
});
