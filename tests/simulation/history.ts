// A random history: what an operator and misfortune do to up to four applications, as plain data made from a seed, so that a history
// can be run again, and shortened.

import type { Unit } from '../../tools/local-juju/state.ts';
import type { Fate } from './agents.ts';
import { checkEnd, secretsInBags, type Violation, watchOver } from './checks.ts';
import { type Command, give } from './commands.ts';
import { reconfigurations } from './database/mongod.ts';
import { evolve } from './database/replication.ts';
import { below, between, chance, clock, pick, run, START, setChance, watch } from './kernel.ts';
import { comeToRest, heal } from './rest.ts';
import { newWorld, open, unhandled } from './stage.ts';
import { currentWorld } from './world.ts';

export type Chaos = {
  /** Chances of one run of a hook: to be killed, to have one call fail or a database not answer one, to die or be refused at its commit. */
  readonly kill: number;
  readonly fail: number;
  readonly hang: number;
  readonly commit: number;
  /** Chance of one call to take time, and the most. */
  readonly slow: number;
  readonly slowMs: number;
  readonly delayMs: number;
  /** How many times as long as they should the short timers of the charm take. */
  readonly late: number;
  /** How long at most a server takes to end; MongoDB's default is 15 s. */
  readonly stopMs?: number;
};
export type History = { readonly seed: number; readonly commands: readonly Command[]; readonly chaos: Chaos };
export type Outcome = {
  readonly violations: readonly Violation[];
  readonly hooks: number;
  readonly calls: number;
  readonly story: readonly string[];
};

export const CALM: Chaos = { kill: 0, fail: 0, hang: 0, commit: 0, slow: 0, slowMs: 0, delayMs: 20, late: 1 };

const isOfCluster = (seed: number): boolean => seed % 4 === 0;

export function makeHistory(seed: number): History {
  setChance(seed);
  const chaos: Chaos = {
    kill: chance() < 0.5 ? 0 : chance() * 0.15,
    fail: chance() < 0.7 ? 0 : chance() * 0.1,
    hang: chance() < 0.8 ? 0 : chance() * 0.1,
    commit: chance() < 0.7 ? 0 : chance() * 0.1,
    slow: chance() < 0.4 ? 0 : chance() * 0.08,
    slowMs: pick([200, 1_000, 8_000])!,
    delayMs: pick([20, 500, 5_000])!,
    late: pick([1, 3, 6])!,
    stopMs: seed % 5 === 1 ? 16_000 : 400,
  };
  const commands: Command[] = [{ do: 'deploy', which: 0, at: below(6), waitMs: chance() < 0.7 ? 60_000 : below(20_000) }];
  // A history of a cluster needs more to begin with.
  const length = isOfCluster(seed) ? between(7, 14) : between(2, 9);
  if (isOfCluster(seed)) {
    for (const what of ['deploy', 'integrate', 'deploy', 'integrate', 'deploy'])
      commands.push({ do: what, which: below(1e6), at: below(1e6), waitMs: wait() });
  } else if (chance() < 0.5) {
    // A client from the beginning: without one much of what follows would come to nothing.
    commands.push({ do: 'deploy', which: 1, at: below(1e6), waitMs: wait() }, { do: 'integrate', which: 0, at: 0, waitMs: wait() });
  }
  while (commands.length < length) {
    const what = pick(weighted)!;
    const [which, at, waitMs] = [below(1e6), below(1e6), wait()];
    commands.push({ do: what, which, at, waitMs });
  }
  return { seed, commands, chaos };
}

const wait = (): number => (chance() < 0.3 ? 0 : chance() < 0.5 ? below(5_000) : below(60_000));

const weights: Readonly<Record<string, number>> = {
  deploy: 3,
  'add-unit': 4,
  'remove-unit': 5,
  'remove-leader': 2,
  'remove-primary': 2,
  integrate: 6,
  'remove-relation': 4,
  config: 4,
  'set-password': 5,
  'system-users': 2,
  refresh: 1,
  'remove-application': 1,
  leader: 4,
  'kill-mongod': 3,
  freeze: 2,
  cut: 2,
  heal: 2,
  address: 1,
  'turn-addresses': 1,
  'kill-agent': 3,
  write: 6,
  'remove-storage': 1,
  'remove-unit-by-force': 1,
  'remove-application-by-force': 1,
  'detach-storage': 1,
  'attach-storage': 1,
  'pass-time': 3,
  'rotate-client-password': 2,
  requests: 2,
};
const weighted = Object.entries(weights).flatMap(([name, weight]) => Array.from({ length: weight }, () => name));

/** Runs the history to its end, and all checks. */
export async function play({ seed, commands, chaos }: History): Promise<Outcome> {
  const violations: Violation[] = [];
  const story: string[] = [];
  let healing = false;
  let hooks = 0;
  let calls = 0;
  const writes: string[] = [];
  const leaders = new Map<string, string | undefined>();
  const related = new Map<string, readonly string[]>();
  const began = new Map<string, number>();
  let leaderChangedAt = 0;
  const relationsOf = ({ name }: Unit): readonly string[] =>
    Object.entries(currentWorld().model.relations).flatMap(([id, { units }]) => (units[name] === undefined ? [] : [id]));
  const fate: Fate = {
    mishap: unit => {
      leaders.set(unit.name, currentWorld().model.applications[unit.application]?.leader);
      related.set(unit.name, relationsOf(unit));
      began.set(unit.name, clock.now());
      if (healing) return undefined;
      const luck = chance();
      if (luck >= chaos.kill + chaos.fail + chaos.hang) return undefined;
      const what = luck < chaos.kill ? 'kill' : luck < chaos.kill + chaos.fail ? 'fail' : 'hang';
      return { at: below(90), moment: chance() < 0.5 ? 'before' : 'after', what };
    },
    atCommit: () => (healing || chance() >= chaos.commit ? undefined : chance() < 0.5 ? 'die' : 'refuse'),
    delayMs: () => below(chaos.delayMs),
    ran: (unit, hook, program, end) => {
      hooks += 1;
      calls += program.calls.length;
      const name = hook.action?.name ?? hook.name;
      story.push(`${clock.iso().slice(11, 23)}     ${unit.name} ${name}${end === 'done' ? '' : `: ${end}`}`);
      // A unit that must not go fails its hook, and Juju lets a hook fail whose unit has lost the leadership meanwhile, or one of whose
      // relations was removed by force.
      const mayHaveLed = leaders.get(unit.name) === unit.name || leaderChangedAt >= began.get(unit.name)!;
      const led = mayHaveLed && currentWorld().model.applications[unit.application]?.leader !== unit.name;
      const held = unit.workload.message.startsWith('not removed yet');
      const isBereft = related.get(unit.name)?.some(id => currentWorld().model.relations[id] === undefined);
      if (end.startsWith('exit status') && program.mishap?.what !== 'fail' && !led && !held && !isBereft)
        violations.push({ what: 'a hook fails', detail: `${unit.name} ${name}: ${end}` });
      violations.push(...secretsInBags(currentWorld()));
    },
  };
  unhandled.splice(0);
  const agents = await open(newWorld(), seed, START, fate);
  clock.setSlowness(chaos.slow, chaos.slowMs);
  clock.setLateness(chaos.late);
  if (chaos.stopMs !== undefined) currentWorld().pace.stopMs = chaos.stopMs;
  watchOver(violation => violations.push(violation));
  watchLog(story);
  watch.wrote = (program, call) => writes.push(`${program?.unit} ${call.kind} ${call.name}`);
  for (const command of commands) {
    const said = give(command, agents, isOfCluster(seed));
    if (command.do === 'leader') leaderChangedAt = clock.now();
    story.push(`${clock.iso().slice(11, 23)} ${command.do}: ${said}`);
    agents.look();
    const end = clock.now() + command.waitMs;
    evolve();
    if (command.waitMs > 0) await run(() => clock.now() >= end || (agents.idle() && command.waitMs > 30_000));
    if (violations.length > 0) break;
  }
  healing = true;
  clock.setSlowness(0, 0);
  heal();
  story.push('healed');
  if (violations.length === 0) {
    const quiet = await comeToRest(agents, writes);
    if (quiet !== undefined) violations.push(quiet);
    violations.push(...checkEnd(currentWorld()));
  }
  for (const error of unhandled.splice(0)) violations.push({ what: 'a rejection that nobody handles', detail: String(error) });
  return { violations, hooks, calls, story };
}

function watchLog(story: string[]): void {
  const { words } = watch;
  watch.words = (program, where, text) => {
    words(program, where, text);
    if (where.startsWith('log of')) story.push(`              ${text.slice(0, 600)}`);
  };
  const { seen } = reconfigurations;
  reconfigurations.seen = (server, before, after, force) => {
    seen(server, before, after, force);
    const members = after.members.map(({ _id, host, votes, tags }) => `${_id} ${tags?.['juju-unit']} ${host} ${votes}`).join(', ');
    story.push(`              ${after._id} ${before.version} -> ${after.version}${force ? ' by force' : ''}: ${members}`);
  };
}
