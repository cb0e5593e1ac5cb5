// A small sample of `npm run proof`: clients of each kind write with the drivers of three languages and just what was published for them, while
// their passwords change. What cannot be had of the drivers is skipped with the reason.
import { afterAll, beforeAll, describe, expect, onTestFailed, test } from 'vitest';
import { kinds } from '../../proof/clients.ts';
import { type Driver, driverNames, findDriver } from '../../proof/drivers.ts';
import { operationsOf } from '../../proof/operations.ts';
import { prove, type Row } from '../../proof/prove.ts';
import { setStage } from '../../proof/stage.ts';
import { startWriters, type Writers } from '../../proof/writers.ts';
import { openModel, type TestModel } from '../../support/model.ts';

const found = await Promise.all(driverNames.map(findDriver));
const drivers = found.filter((one): one is Driver => !('missing' in one));
const sample = ['rotate-all', 'again'];

describe('clients that follow what they are told, and clients that keep what they have', () => {
  let model: TestModel;
  let writers: Writers[] = [];
  let stage: Awaited<ReturnType<typeof setStage>>;
  const rows: Row[] = [];
  beforeAll(async () => {
    model = await openModel();
    writers = drivers.map(startWriters);
    stage = await setStage(model, 'replica-set', kinds, 2, writers);
  });
  afterAll(async () => {
    for (const one of writers) await one.close();
    await model?.close();
  });

  test.each(sample)('write on through %s', async key => {
    onTestFailed(async () => void process.stderr.write(await model.story()));
    const operation = operationsOf('replica-set').find(one => one.key === key);
    if (operation === undefined) throw new Error(`there is no operation ${key}`);
    const proof = await prove(operation, stage);
    expect(proof.broken).toEqual([]);
    rows.push(...proof.rows);
  });

  test.for(found)('with the driver for $name', (driver, { skip }) => {
    if ('missing' in driver) return skip(driver.missing);
    const own = rows.filter(row => row.driver === driver.name);
    expect(own).toHaveLength(sample.length * kinds.length * 2);
    // Ten writes before and ten after; of one that keeps the user of a removed relation, those before.
    for (const row of own) expect(row.acknowledged).toBeGreaterThanOrEqual(row.operation === 'again' && row.way === 'keeps' ? 10 : 20);
    expect(own.every(({ old }) => old === 'refused')).toBe(true);
    // It was really removed: who keeps what he has is refused from then on.
    for (const row of own.filter(({ operation, way }) => operation === 'again' && way === 'keeps'))
      expect(row.whileRemoved).toBeGreaterThan(0);
  });
});
