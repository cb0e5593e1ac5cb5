// `npm run simulate -- --histories 10000 --seed 1 [--workers 2]`: random histories of the charms against a simulated database, and what
// fails in them, shortened. `--crashes` crashes every outward call of the life of a set and of a cluster instead; `--every 50` only one
// point in fifty, which ones by the seed. `--found` plays those that failed once, `--history '{…}'` one that a failure has printed. Ends
// with 1 if anything failed.
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import type { Violation } from './checks.ts';

type Failed = {
  readonly name: string;
  readonly violations: readonly Violation[];
  readonly shortest: string;
  readonly story: readonly string[];
};
type Done = { readonly played: number; readonly hooks: number; readonly calls: number; readonly failed: readonly Failed[] };
type Work = { readonly from: number; readonly many: number; readonly every: number };
/** What there is to do, told by a worker when it is ready. */
type Ready = { readonly points: number; readonly calls: number; readonly phases: number };
type Kind = 'histories' | 'crashes' | 'found';

/** After how many it is told how far it is. */
const TOLD = 500;
/** Histories or crash points that a worker takes at a time. */
const BATCH = 20;

if (isMainThread) process.exitCode = await main();
else await serve(workerData as Kind);

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      histories: { type: 'string', default: '1000' },
      crashes: { type: 'boolean', default: false },
      found: { type: 'boolean', default: false },
      history: { type: 'string' },
      every: { type: 'string', default: '1' },
      seed: { type: 'string', default: '1' },
      workers: { type: 'string', default: String(availableParallelism()) },
    },
  });
  const [count, every, seed, workers] = [values.histories, values.every, values.seed, values.workers].map(Number) as [
    number,
    number,
    number,
    number,
  ];
  if (values.history !== undefined) return playOne(values.history);
  const kind: Kind = values.crashes ? 'crashes' : values.found ? 'found' : 'histories';
  const started = Date.now();
  const total = { played: 0, hooks: 0, calls: 0, failed: 0 };
  let there: Ready = { points: 0, calls: 0, phases: 0 };
  let next = kind === 'crashes' ? seed % every : kind === 'found' ? 0 : seed;
  await Promise.all(
    Array.from({ length: Math.max(1, workers) }, async () => {
      const worker = new Worker(new URL(import.meta.url), { workerData: kind, argv: [] });
      const answer = <Value>(): Promise<Value> =>
        new Promise((settle, refuse) => {
          worker.removeAllListeners();
          worker.once('message', settle).once('error', refuse);
        });
      there = await answer<Ready>();
      const end = kind === 'histories' ? seed + count : there.points;
      while (next < end) {
        const work: Work = { from: next, many: Math.min(BATCH, Math.ceil((end - next) / every)), every };
        next += work.many * every;
        worker.postMessage(work);
        const done = await answer<Done>();
        total.played += done.played;
        total.hooks += done.hooks;
        total.calls += done.calls;
        total.failed += done.failed.length;
        for (const one of done.failed) tell(one);
        if (Math.floor(total.played / TOLD) > Math.floor((total.played - done.played) / TOLD))
          console.log(`… ${total.played} played, ${total.failed} failed, ${Math.round((Date.now() - started) / 1_000)} s`);
      }
      await worker.terminate();
    }),
  );
  const speed = Math.round(total.played / ((Date.now() - started) / 60_000));
  const { played, hooks, calls, failed } = total;
  const said: Readonly<Record<Kind, string>> = {
    histories: `${played} histories from seed ${seed}: ${hooks} hooks, ${calls} outward calls, ${failed} failed; ${speed} a minute`,
    found: `${played} histories that failed once: ${failed} failed`,
    crashes: `${there.points} crash points in ${there.phases} phases with ${there.calls} outward calls: ${played} played, ${failed} failed; ${speed} a minute`,
  };
  console.log(said[kind]);
  return failed === 0 ? 0 : 1;
}

/** A history by itself, and all that happens in it. */
async function playOne(text: string): Promise<number> {
  await import('./outside/hooks.ts');
  const { play } = await import('./history.ts');
  const history = JSON.parse(text);
  const { violations, story } = await play(history);
  tell({ name: `seed ${history.seed}`, violations, shortest: text, story });
  return violations.length === 0 ? 0 : 1;
}

function tell({ name, violations, shortest, story }: Failed): void {
  const end =
    violations.length === 0 ? 'keeps every promise' : `fails: ${violations.map(({ what, detail }) => `${what} (${detail})`).join('; ')}`;
  console.log(`${name} ${end}`);
  console.log(`  shortest: ${shortest}`);
  for (const line of story) console.log(`  ${line}`);
}

async function serve(kind: Kind): Promise<void> {
  await import('./outside/hooks.ts');
  const player = await { histories, crashes, found }[kind]();
  parentPort?.on('message', async ({ from, many, every }: Work) => {
    const failed: Failed[] = [];
    let [hooks, calls] = [0, 0];
    for (let count = 0; count < many; count += 1) {
      const outcome = await player.play(from + count * every);
      hooks += outcome.hooks;
      calls += outcome.calls;
      if (outcome.failed !== undefined) failed.push(outcome.failed);
    }
    parentPort?.postMessage({ played: many, hooks, calls, failed } satisfies Done);
  });
  parentPort?.postMessage(player.ready);
}

type Player = { ready: Ready; play(number: number): Promise<{ hooks: number; calls: number; failed?: Failed }> };

async function histories(): Promise<Player> {
  const { makeHistory, play } = await import('./history.ts');
  const { shrink } = await import('./shrink.ts');
  return {
    ready: { points: 0, calls: 0, phases: 0 },
    play: async seed => {
      const { hooks, calls, violations } = await play(makeHistory(seed));
      if (violations.length === 0) return { hooks, calls };
      const shortest = await shrink(makeHistory(seed));
      const again = await play(shortest);
      const failed = { name: `seed ${seed}`, violations: again.violations, shortest: JSON.stringify(shortest), story: again.story };
      return { hooks, calls, failed };
    },
  };
}

async function found(): Promise<Player> {
  const { play } = await import('./history.ts');
  const all = (await import('./found.ts')).found;
  return {
    ready: { points: all.length, calls: 0, phases: 0 },
    play: async number => {
      const { what, history } = all[number]!;
      const { hooks, calls, violations, story } = await play(history);
      const failed = { name: what, violations, shortest: JSON.stringify(history), story };
      return { hooks, calls, ...(violations.length === 0 ? {} : { failed }) };
    },
  };
}

async function crashes(): Promise<Player> {
  const { enumerate, lives, playPoint } = await import('./crashes.ts');
  const all = [];
  for (const phases of lives) all.push(...(await enumerate(phases)));
  const points = all.flatMap(phase => phase.points.map(point => ({ phase, point })));
  return {
    ready: { points: points.length, calls: all.reduce((sum, { calls }) => sum + calls, 0), phases: all.length },
    play: async number => {
      const { phase, point } = points[number]!;
      const run = phase.runs[point.run]!;
      const { violations, story } = await playPoint(phase, point);
      const where = { ...point, unit: run.unit, hook: run.hook, call: 'at' in point ? run.calls[point.at]?.name : 'commit' };
      const failed = { name: `point ${number} of "${phase.phase.name}"`, violations, shortest: JSON.stringify(where), story };
      return { hooks: 0, calls: 0, ...(violations.length === 0 ? {} : { failed }) };
    },
  };
}
