// One phase in the life of a set or a cluster, in whose beginning some commands are answered strangely.
import type { Fate } from './agents.ts';
import { checkEnd, secretsInBags, type Violation, watchOver } from './checks.ts';
import { differing, type Enumerated, enumerate, lives, picture } from './crashes.ts';
import { clock, run, sleep, watch } from './kernel.ts';
import { comeToRest, heal } from './rest.ts';
import { open, unhandled } from './stage.ts';
import { distort, generator, setStrange } from './strange.ts';
import { currentWorld } from './world.ts';

export async function enumerateLives(): Promise<readonly Enumerated[]> {
  const all: Enumerated[] = [];
  for (const phases of lives) all.push(...(await enumerate(phases)));
  return all;
}

export type Outcome = {
  readonly name: string;
  readonly violations: readonly Violation[];
  readonly story: readonly string[];
  /** Answers that were made strange, and the commands that they were of. */
  readonly altered: number;
  readonly commands: ReadonlySet<string>;
};

export async function playStrange(phases: readonly Enumerated[], seed: number): Promise<Outcome> {
  const { below, pick } = generator(seed);
  const { phase, start, end } = pick(phases);
  const violations: Violation[] = [];
  const story: string[] = [];
  const writes: string[] = [];
  const commands = new Set<string>();
  let altered = 0;
  const fate: Fate = {
    mishap: () => undefined,
    atCommit: () => undefined,
    delayMs: () => 10,
    ran: (unit, hook, _program, ended) => {
      const name = hook.action?.name ?? hook.name;
      story.push(`${clock.iso().slice(11, 23)} ${unit.name} ${name}${ended === 'done' ? '' : `: ${ended}`} [${unit.workload.message}]`);
      if (ended !== 'done' && !unit.workload.message.startsWith('not removed yet'))
        violations.push({ what: 'a hook fails', detail: `${unit.name} ${name}: ${ended}` });
      violations.push(...secretsInBags(currentWorld()));
    },
  };
  unhandled.splice(0);
  const agents = await open(structuredClone(start.world), seed, start.at, fate);
  watchOver(violation => violations.push(violation));
  const { words } = watch;
  watch.words = (program, where, text) => {
    words(program, where, text);
    if (where.startsWith('log of')) story.push(`    ${text.slice(0, 400)}`);
  };
  watch.wrote = (program, call) => {
    writes.push(`${program?.unit} ${call.kind} ${call.name}`);
    story.push(`      ${program?.unit} ${call.kind} ${call.name}`);
  };

  // Which commands are answered strangely, by which unit's machine they are heard so or by all, and how: the same answer each time.
  const chosen = Array.from({ length: 1 + below(2) }, () => ({ command: pick(COMMANDS), only: below(2), how: below(2 ** 31) }));
  const oneIn = pick([1, 1, 3]);
  let asked = 0;
  setStrange((machine, command, answer) => {
    const one = chosen.find(({ command: name, only }) => name === command && (only === 0 || machine.endsWith(String(only))));
    if (one === undefined || asked++ % oneIn > 0) return undefined;
    altered += 1;
    commands.add(command);
    return distort(answer, oneIn === 1 ? one.how : one.how + asked);
  });
  phase.begin();
  for (const unit of Object.values(currentWorld().model.units))
    if (unit.agent.nextUpdateStatus !== '') unit.agent.nextUpdateStatus = clock.iso();
  let over = false;
  void sleep(30_000 + below(90_000)).then(() => {
    over = true;
  });
  agents.look();
  await run(() => over);
  setStrange(undefined);
  heal();
  story.push('    --- sense again');
  const quiet = await comeToRest(agents, writes);
  if (quiet !== undefined) violations.push(quiet);
  violations.push(...checkEnd(currentWorld()));
  const now = picture(currentWorld());
  if (violations.length === 0 && now !== end) violations.push({ what: 'another end', detail: differing(end, now) });
  for (const error of unhandled.splice(0)) violations.push({ what: 'a rejection that nobody handles', detail: String(error) });
  const name = `${phase.name}, ${chosen.map(({ command, only, how }) => `${command} ${only} ${how}`).join(' and ')}, one in ${oneIn}`;
  return { name, violations, story, altered, commands };
}

/** All that the charm reads. */
const COMMANDS = [
  'hello',
  'buildInfo',
  'replSetGetConfig',
  'replSetGetStatus',
  'usersInfo',
  'rolesInfo',
  'profile',
  'getParameter',
  'serverStatus',
  'listCollections',
  'listDatabases',
  'find local.system.replset',
  'find admin.system.users',
  'find admin.system.version',
  'find config.rangeDeletions',
  'find config.databases',
  'find config.collections',
  'find config.chunks',
  'aggregate config.chunks',
  'listShards',
  'balancerStatus',
  'dbStats',
  'replSetInitiate',
  'replSetReconfig',
  'createUser',
  'updateUser',
  'createRole',
  'addShard',
  'removeShard',
  'movePrimary',
  'dropUser',
];
