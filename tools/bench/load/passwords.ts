// set-password again and again, while others log in.
import { setTimeout as sleep } from 'node:timers/promises';
import { uriOf } from '../cluster/charm.ts';
import { clientOf } from '../cluster/replica-set.ts';
import { operatorPassword } from '../hooks/database.ts';
import { untilCalm, type World } from '../hooks/world.ts';
import { type Spread, spreadOf } from '../statistics.ts';
import { daemonMiB } from './memory.ts';

export type Passwords = {
  changes: number;
  /** One `juju run mongodb/leader set-password`, in milliseconds. */
  changeMs: Spread;
  totalMs: number;
  logins: number;
  /** Refused with a password that had just been replaced; the next attempt read the new one. */
  refused: number;
  /** The longest time that somebody who asked for the password again and again was not let in. */
  longestOutMs: number;
  daemonMiB: { before: number; after: number };
  /** Of all secrets of the application, at the end. */
  revisions: number;
  /** The model on disk, in KiB. */
  modelKiB: { before: number; after: number };
};

const atOnce = 4;
/** A login takes a client some 10 ms of computing; all the time it would be the load by itself. */
const betweenMs = 50;
const refusedCode = 18;

export const loadPasswords = async (world: World, changes: number): Promise<Passwords> => {
  const { juju, state } = world;
  const before = { daemon: await daemonMiB(juju.data), model: await modelKiB(world) };
  let going = true;
  const counts = { logins: 0, refused: 0, longestOutMs: 0 };
  const logins = Array.from({ length: atOnce }, async () => {
    let lastIn = performance.now();
    while (going) {
      const model = await state();
      try {
        await (await clientOf(uriOf(model), 'operator', operatorPassword(model, 'mongodb'))).close();
        counts.logins += 1;
        counts.longestOutMs = Math.max(counts.longestOutMs, performance.now() - lastIn);
        lastIn = performance.now();
      } catch (error) {
        if ((error as { code?: number }).code !== refusedCode) throw error;
        counts.refused += 1;
      }
      await sleep(betweenMs);
    }
  });
  const failed = Promise.all(logins);
  failed.catch(() => undefined);
  const times: number[] = [];
  try {
    for (let change = 0; change < changes; change += 1) {
      const start = performance.now();
      await juju.run('run', 'mongodb/leader', 'set-password');
      times.push(performance.now() - start);
    }
  } finally {
    going = false;
  }
  await failed;
  // The last old revision goes in a hook of its own.
  await untilCalm(world, {});
  return {
    changes,
    changeMs: spreadOf(times),
    totalMs: times.reduce((sum, ms) => sum + ms, 0),
    ...counts,
    daemonMiB: { before: before.daemon, after: await daemonMiB(juju.data) },
    revisions: Object.values((await state()).secrets)
      .filter(({ owner }) => owner.name === 'mongodb')
      .reduce((sum, { revisions }) => sum + revisions.length, 0),
    modelKiB: { before: before.model, after: await modelKiB(world) },
  };
};

const modelKiB = async ({ state }: World): Promise<number> => JSON.stringify(await state()).length / 1024;
