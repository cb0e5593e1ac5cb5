// `npm run sweep`: lives of clusters on real mongod, in which the charm is killed before and after each of its outward calls, or a call
// goes wrong. Everything that went wrong is told with the command that does it again.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runFolderVariable } from '../support/run-folder.ts';
import { inWords, type Life, live, type Result } from './life.ts';
import { type Fault, faults, type Plan } from './plan.ts';
import { replicaSet } from './replica-set.ts';
import { sharded } from './sharded.ts';

const HELP = `npm run sweep                                         everything: both lives, every point, samples of single ends, every fault
npm run sweep -- --life replica-set                   one life: replica-set or sharded
npm run sweep -- --mode every                         one part: every, once or fault
  --from "refresh"                                    the part begins with that step of the life
  --literally                                         every: looks are points of each dispatch, not once of each hook of a unit
  --samples 5 --seed 7                                once: so many lives, each with another point of each dispatch
  --fault dropped                                     fault: ${faults.join(', ')}
npm run sweep -- --life replica-set --point 3fa9c1d20b  a life in which the charm is killed at that point alone
`;
/** Of each wait in which nothing new was done to the charm. */
const LIMIT_MS = 10 * 60_000;

const { values } = parseArgs({
  options: {
    life: { type: 'string' },
    mode: { type: 'string' },
    point: { type: 'string' },
    fault: { type: 'string' },
    from: { type: 'string' },
    seed: { type: 'string', default: '1' },
    samples: { type: 'string', default: '3' },
    literally: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

type Count = { lives: number; kills: number; faults: number; failures: string[] };

async function main(): Promise<number> {
  if (values.help) return say(HELP) ?? 0;
  const lives = [replicaSet, sharded].filter(life => values.life === undefined || life.name === values.life);
  if (lives.length === 0) return say(`there is no life ${values.life}; there are replica-set and sharded`) ?? 2;
  if (values.point !== undefined && lives.length > 1)
    return say('say which life the point is of: --life replica-set or --life sharded') ?? 2;
  if (values.from !== undefined && !lives.every(({ steps }) => steps.some(({ name }) => name === values.from)))
    return (
      say(
        `there is no step "${values.from}" in the life; there are: ${lives.flatMap(({ steps }) => steps.map(({ name }) => name)).join(', ')}`,
      ) ?? 2
    );
  const plans = plansOf();
  if (plans.length === 0) return say(`there is no such mode or fault; see npm run sweep -- --help`) ?? 2;
  const began = Date.now();
  const count: Count = { lives: 0, kills: 0, faults: 0, failures: [] };
  for (const life of lives) await sweep(life, plans, count);
  const minutes = Math.round((Date.now() - began) / 60_000);
  say(`\n${count.lives} lives, ${count.kills} crash points, ${count.faults} faults, ${count.failures.length} failures, ${minutes} minutes`);
  for (const failure of count.failures) say(failure);
  return count.failures.length === 0 ? 0 : 1;
}

function plansOf(): readonly Plan[] {
  const seed = Number(values.seed);
  if (values.point !== undefined) return [{ mode: 'point', point: values.point }];
  const all: Plan[] = [
    { mode: 'every', literally: values.literally },
    ...Array.from({ length: Number(values.samples) }, (_, at): Plan => ({ mode: 'once', seed: seed + at })),
    ...faults.map((fault): Plan => ({ mode: 'fault', fault })),
  ];
  return all.filter(
    plan =>
      (values.mode === undefined ? values.fault === undefined || plan.mode === 'fault' : plan.mode === values.mode) &&
      (values.fault === undefined || (plan.mode === 'fault' && plan.fault === (values.fault as Fault))),
  );
}

/** First a life without a crash, which tells how the others must come out. */
async function sweep(life: Life, plans: readonly Plan[], count: Count): Promise<void> {
  say(`\n${life.name}, without a crash`);
  const without = await live(life, { mode: 'count' }, { limitMs: LIMIT_MS, say });
  count.lives += 1;
  if (without.failure !== undefined) return fail(count, without, `npm run sweep -- --life ${life.name}`);
  say(`  ${inWords(without.told)}`);
  for (const plan of plans) {
    say(`\n${life.name}, ${nameOf(plan)}`);
    const result = await live(life, plan, {
      limitMs: LIMIT_MS,
      say,
      wanted: without.pictures,
      ...(values.from === undefined ? {} : { from: values.from }),
    });
    count.lives += 1;
    count.kills += result.told.filter(({ did }) => did === 'kill').length;
    count.faults += result.told.filter(({ did }) => did !== 'kill' && did !== 'end').length;
    say(
      `  ${inWords(result.told)}, ${Math.round(result.seconds)} s${result.errors.length > 0 ? `; failed hooks: ${inTurn(result.errors)}` : ''}`,
    );
    if (plan.mode === 'point' && !result.told.some(({ did }) => did === 'kill')) say('  this life has not come to the point');
    if (result.failure !== undefined) fail(count, result, `npm run sweep -- --life ${life.name} ${wordsOf(plan)}`);
  }
}

function fail(count: Count, { failure, told }: Result, again: string): void {
  const { step = '', why = '' } = failure ?? {};
  const points = told.filter(one => one.step === step && one.did !== 'end');
  const last = points.slice(-12).map(one => `    ${one.id ?? one.did}  ${one.dispatch}: ${one.point}`);
  say(`\nFAILED in "${step}": ${why}\n  its last points:\n${last.join('\n')}`);
  count.failures.push(`failed in "${step}": ${why.split('\n')[0]}\n  again: ${again}\n  one point alone: --point with the word before it`);
}

const inTurn = (errors: readonly string[]): string =>
  Object.entries(Object.groupBy(errors, error => error))
    .map(([error, all]) => `${error} (${all?.length})`)
    .join(', ');

const nameOf = (plan: Plan): string => {
  if (plan.mode === 'every') return 'killed at every point';
  if (plan.mode === 'once') return `each dispatch killed once, seed ${plan.seed}`;
  return plan.mode === 'fault' ? `fault: ${plan.fault}` : `killed at the point ${plan.mode === 'point' ? plan.point : ''}`;
};

const wordsOf = (plan: Plan): string => `${wordsOfPlan(plan)}${values.from === undefined ? '' : ` --from "${values.from}"`}`;

const wordsOfPlan = (plan: Plan): string => {
  if (plan.mode === 'every') return `--mode every${plan.literally ? ' --literally' : ''}`;
  if (plan.mode === 'once') return `--mode once --samples 1 --seed ${plan.seed}`;
  return plan.mode === 'fault' ? `--fault ${plan.fault}` : `--point ${plan.mode === 'point' ? plan.point : ''}`;
};

function say(line: string): undefined {
  process.stdout.write(`${line}\n`);
}

const folder = await mkdtemp(join(tmpdir(), 'sw-'));
process.env[runFolderVariable] = folder;
try {
  process.exitCode = await main();
} finally {
  await rm(folder, { recursive: true, force: true });
}
