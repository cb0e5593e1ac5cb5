// `npm run failures`: every failure on the charm's set and on the floor, in turns, while a client writes. Writes bench/failures.json and the
// table in docs/reliability.md.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { inRoom, type Room } from '../bench/room.ts';
import { type Spread, spreadOf } from '../bench/statistics.ts';
import { build } from '../pack/build.ts';
import { type Case, cases } from './cases.ts';
import { openCharm } from './charm.ts';
import type { Cluster, Kind } from './cluster.ts';
import { openFloor } from './floor.ts';
import { inflict, type Outcome } from './inflict.ts';
import { writeFailures } from './page.ts';

const usage = `Usage: npm run failures [-- [--rounds N] [--only KEY] [--out FOLDER]]

  --rounds N     how often each failure is inflicted (5)
  --only KEY     this failure; may be given again: ${cases.map(({ key }) => key).join(', ')}
  --out FOLDER   where failures.json and reliability.md go, instead of bench and docs
`;
type Options = { rounds: number; only: string[]; out?: string };
export type Figures = { pauseMs: Spread; healedMs: Spread; confirmed: number; lost: number };
export type Row = { key: string; name: string; charm: Figures; floor?: Figures };

const kinds: readonly Kind[] = ['full', 'kept'];
const sides = ['floor', 'charm'] as const;
type Outcomes = Record<string, Record<(typeof sides)[number], Outcome[]>>;

const main = async (words: readonly string[]): Promise<number> => {
  const options = readOptions(words);
  if (options === undefined) {
    process.stderr.write(usage);
    return 2;
  }
  return inRoom('cf-', 'The failures', async ({ room, interrupted, say }) => {
    await Promise.all([build('mongodb'), build('data-integrator')]);
    const chosen = cases.filter(({ key }) => options.only.length === 0 || options.only.includes(key));
    const outcomes: Outcomes = Object.fromEntries(chosen.map(({ key }) => [key, { charm: [], floor: [] }]));
    for (let round = 0; round < options.rounds; round += 1)
      for (const kind of kinds) await goThrough(chosen, kind, round, outcomes, { room, rounds: options.rounds, interrupted, say });
    const rows = chosen.map(one => rowOf(one, outcomes[one.key]!));
    process.stdout.write(await writeFailures({ rounds: options.rounds, rows }, options.out));
    return rows.some(({ charm }) => charm.lost > 0) ? 1 : 0;
  });
};

type Going = Room & { readonly rounds: number };

/** Both sides stand side by side, and each failure comes to one after the other. */
const goThrough = async (chosen: readonly Case[], kind: Kind, round: number, outcomes: Outcomes, going: Going): Promise<void> => {
  const { room, rounds, interrupted, say } = going;
  const own = chosen.filter(one => one.kind === kind);
  if (own.length === 0) return;
  const folder = join(room, `${kind[0]}${round}`);
  await mkdir(folder);
  const opened: Partial<Record<(typeof sides)[number], Cluster>> = {};
  try {
    opened.floor = await openFloor(join(folder, 'f'), `127.${60 + (process.pid % 30)}.${round}`, kind);
    opened.charm = await openCharm(join(folder, 'j'), kind, interrupted);
    for (const one of own) {
      for (const side of sides) {
        if (side === 'floor' && one.charmOnly) continue;
        interrupted.throwIfAborted();
        const outcome = await inflict(one, opened[side]!);
        outcomes[one.key]![side].push(outcome);
        const { pauseMs, healedMs, lost } = outcome;
        say(
          `round ${round + 1} of ${rounds} · ${side} · ${one.name}: ${pauseMs} ms without writes, whole after ${healedMs} ms, ${lost.length} lost`,
        );
      }
    }
  } finally {
    for (const side of sides) await opened[side]?.close();
  }
};

const rowOf = ({ key, name }: Case, { charm, floor }: Outcomes[string]): Row => ({
  key,
  name,
  charm: figuresOf(charm),
  ...(floor.length === 0 ? {} : { floor: figuresOf(floor) }),
});

const figuresOf = (outcomes: readonly Outcome[]): Figures => ({
  pauseMs: spreadOf(outcomes.map(({ pauseMs }) => pauseMs)),
  healedMs: spreadOf(outcomes.map(({ healedMs }) => healedMs)),
  confirmed: outcomes.reduce((sum, { confirmed }) => sum + confirmed, 0),
  lost: outcomes.reduce((sum, { lost }) => sum + lost.length, 0),
});

/** Undefined when something among the words is not understood. */
const readOptions = (words: readonly string[]): Options | undefined => {
  const options: Options = { rounds: 5, only: [] };
  for (let at = 0; at < words.length; at += 2) {
    const [word, value] = words.slice(at, at + 2);
    if (value === undefined) return undefined;
    if (word === '--rounds' && /^[1-9]\d*$/.test(value)) options.rounds = Number(value);
    else if (word === '--only' && cases.some(({ key }) => key === value)) options.only.push(value);
    else if (word === '--out') options.out = value;
    else return undefined;
  }
  return options;
};

process.exitCode = await main(process.argv.slice(2));
