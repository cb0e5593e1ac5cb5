// A small sample of `npm run bench -- load`: clients side by side, more members than may vote, passwords that change while others log in.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { operatorClient } from '../../../tools/bench/cluster/charm.ts';
import { modelName, openWorld, type World } from '../../../tools/bench/hooks/world.ts';
import { deploySet } from '../../../tools/bench/load/load.ts';
import { loadPasswords } from '../../../tools/bench/load/passwords.ts';
import { loadRelations } from '../../../tools/bench/load/relations.ts';
import { loadUnits } from '../../../tools/bench/load/units.ts';
import { clearAway } from '../../../tools/demo/juju.ts';
import { makeTestFolder } from '../../support/run-folder.ts';

let folder: string;
let world: World;
beforeAll(async () => {
  folder = await makeTestFolder('l-');
  world = await openWorld(join(folder, 'j'), new AbortController().signal);
  await deploySet(world, 3);
});
afterAll(async () => {
  await clearAway(join(folder, 'j'), modelName);
  await rm(folder, { recursive: true, force: true });
});

test('thirty new passwords in a row lock nobody out and leave hardly an old revision', async () => {
  const secrets = Object.keys((await world.state()).secrets).length;
  const { logins, longestOutMs, revisions } = await loadPasswords(world, 30);
  expect(logins).toBeGreaterThan(0);
  expect(longestOutMs).toBeLessThan(20_000);
  expect(revisions).toBeLessThanOrEqual(secrets + 2);
});

test('ten clients come and go side by side, and nothing of them is left', async () => {
  expect(await loadRelations(world, 10)).toMatchObject({ clients: 10, secretsLeft: 0 });
});

test('of nine units seven vote, and all ask each other less often', async () => {
  const { steps, stopped } = await loadUnits(world, [9], () => undefined);
  if (stopped !== undefined) return expect(stopped).toContain('would not fit');
  expect(steps).toMatchObject([{ units: 9, voters: 7 }]);
  const client = await operatorClient(await world.state());
  const { config } = await client.db('admin').command({ replSetGetConfig: 1 });
  await client.close();
  expect(config.settings.heartbeatIntervalMillis).toBe(2_000);
});
