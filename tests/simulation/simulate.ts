// `npm run simulate -- --histories 10000 --seed 1 [--workers 2]`: random histories of the charms against a simulated database, and what
// fails in them, shortened. `--crashes` crashes every outward call of the life of a cluster instead. Ends with 1 if anything failed.
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import type { Violation } from './checks.ts';
import type { History } from './history.ts';

type Failed = {
  readonly seed: number;
  readonly violations: readonly Violation[];
  readonly shortest: History;
  readonly story: readonly string[];
};
type Done = { readonly histories: number; readonly hooks: number; readonly calls: number; readonly failed: readonly Failed[] };

/** Histories that a worker takes at a time. */
const BATCH = 20;

if (isMainThread) process.exitCode = await main();
else await serve();

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      histories: { type: 'string', default: '1000' },
      seed: { type: 'string', default: '1' },
      workers: { type: 'string', default: String(availableParallelism()) },
    },
  });
  const [count, first, workers] = [values.histories, values.seed, values.workers].map(Number) as [number, number, number];
  const started = Date.now();
  const total = { histories: 0, hooks: 0, calls: 0 };
  const failed: Failed[] = [];
  let next = first;
  await Promise.all(
    Array.from({ length: Math.max(1, workers) }, async () => {
      const worker = new Worker(new URL(import.meta.url), { workerData: 'histories', argv: [] });
      for (;;) {
        const from = next;
        const many = Math.min(BATCH, first + count - from);
        if (many <= 0) break;
        next += many;
        worker.postMessage({ from, many });
        const done = await new Promise<Done>((settle, refuse) => worker.once('message', settle).once('error', refuse));
        worker.removeAllListeners();
        total.histories += done.histories;
        total.hooks += done.hooks;
        total.calls += done.calls;
        for (const one of done.failed) tell(one);
        failed.push(...done.failed);
      }
      await worker.terminate();
    }),
  );
  const minutes = (Date.now() - started) / 60_000;
  const speed = Math.round(total.histories / minutes);
  console.log(
    `${total.histories} histories from seed ${first}: ${total.hooks} hooks, ${total.calls} outward calls, ${failed.length} failed; ${speed} a minute`,
  );
  return failed.length === 0 ? 0 : 1;
}

function tell({ seed, violations, shortest, story }: Failed): void {
  console.log(`seed ${seed} fails: ${violations.map(({ what, detail }) => `${what} (${detail})`).join('; ')}`);
  console.log(`  shortest: ${JSON.stringify(shortest)}`);
  for (const line of story) console.log(`  ${line}`);
}

async function serve(): Promise<void> {
  await import('./outside/hooks.ts');
  const { makeHistory, play } = await import('./history.ts');
  const { shrink } = await import('./shrink.ts');
  if (workerData !== 'histories') return;
  parentPort?.on('message', async ({ from, many }: { from: number; many: number }) => {
    const failed: Failed[] = [];
    let hooks = 0;
    let calls = 0;
    for (let seed = from; seed < from + many; seed += 1) {
      const outcome = await play(makeHistory(seed));
      hooks += outcome.hooks;
      calls += outcome.calls;
      if (outcome.violations.length === 0) continue;
      const shortest = await shrink(makeHistory(seed));
      const { story, violations } = await play(shortest);
      failed.push({ seed, violations, shortest, story });
    }
    parentPort?.postMessage({ histories: many, hooks, calls, failed } satisfies Done);
  });
}
