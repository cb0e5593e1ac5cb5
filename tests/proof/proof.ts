// `npm run proof`: clients of each kind write with the drivers of three languages, while their passwords and those of the charm change.
// Writes bench/proof.json and the tables in docs/reliability.md.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findRouter } from '../../tools/local-machine/mongos-command.ts';
import { openModel } from '../support/model.ts';
import { runFolderVariable } from '../support/run-folder.ts';
import { type ClusterKind, kinds } from './clients.ts';
import { type Driver, driverNames, findDriver } from './drivers.ts';
import { operationsOf } from './operations.ts';
import { type Proof, writeProofs } from './page.ts';
import { prove, type Row } from './prove.ts';
import { setStage } from './stage.ts';
import { startWriters } from './writers.ts';

const clusters: readonly ClusterKind[] = ['replica-set', 'sharded'];
const keys = [...new Set(clusters.flatMap(operationsOf).map(({ key }) => key))];
const HELP = `npm run proof                            every operation on a replica set and on a sharded cluster
npm run proof -- --cluster replica-set   one of them: replica-set or sharded
  --only restart --only rotate-all       these operations: ${keys.join(', ')}
  --driver node                          with this driver; may be given again: ${driverNames.join(', ')}
  --members 3                            of the set, or of the shard
  --out FOLDER                           where proof.json and reliability.md go, instead of bench and docs
`;
const { values } = parseArgs({
  options: {
    cluster: { type: 'string', multiple: true, default: [...clusters] },
    only: { type: 'string', multiple: true, default: keys },
    driver: { type: 'string', multiple: true, default: [...driverNames] },
    members: { type: 'string', default: '3' },
    out: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
let interrupted = false;

const main = async (): Promise<number> => {
  const wrong =
    values.cluster.some(one => !clusters.some(cluster => cluster === one)) ||
    values.only.some(one => !keys.includes(one)) ||
    values.driver.some(one => !driverNames.some(name => name === one)) ||
    !/^[1-9]\d*$/.test(values.members);
  if (values.help || wrong) {
    say(HELP);
    return wrong ? 2 : 0;
  }
  const found = await Promise.all(driverNames.filter(name => values.driver.includes(name)).map(findDriver));
  for (const one of found) if ('missing' in one) say(`without the driver for ${one.name}: ${one.missing}`);
  const drivers = found.filter(one => !('missing' in one)) as Driver[];
  const broken: string[] = [];
  const proofs: Parameters<typeof writeProofs>[0] = {};
  for (const cluster of clusters.filter(one => values.cluster.includes(one))) proofs[cluster] = await proveAll(cluster, drivers, broken);
  say(await writeProofs(proofs, values.out));
  for (const one of broken) say(`BROKEN ${one}`);
  return broken.length > 0 ? 1 : 0;
};

const proveAll = async (cluster: ClusterKind, drivers: readonly Driver[], broken: string[]): Promise<Omit<Proof, 'measured'>> => {
  const members = Number(values.members);
  const model = await openModel();
  const writers = drivers.map(startWriters);
  const rows: Row[] = [];
  try {
    const stage = await setStage(model, cluster, kinds, members, writers);
    for (const operation of operationsOf(cluster).filter(({ key }) => values.only.includes(key))) {
      if (interrupted) throw new Error('interrupted');
      const began = Date.now();
      const proof = await prove(operation, stage);
      rows.push(...proof.rows);
      broken.push(...proof.broken);
      const sum = (of: 'acknowledged' | 'failed' | 'lost') => proof.rows.reduce((all, row) => all + row[of], 0);
      say(
        `${cluster} · ${operation.name} · ${sum('acknowledged')} acknowledged, ${sum('failed')} failed, ${sum('lost')} lost, ${Math.round((Date.now() - began) / 1000)} s`,
      );
      for (const one of proof.broken) say(`  BROKEN ${one}`);
    }
  } catch (error) {
    say(await model.story());
    throw error;
  } finally {
    for (const one of writers) await one.close();
    await model.close();
  }
  const titles = Object.fromEntries(drivers.map(({ name, title }) => [name, title]));
  const router = await findRouter();
  return { drivers: titles, members, router: 'path' in router ? 'a `mongos`' : 'the stand-in for `mongos`', rows };
};

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => {
    interrupted = true;
  });
const folder = await mkdtemp(join(tmpdir(), 'pr-'));
process.env[runFolderVariable] = folder;
try {
  process.exitCode = await main();
} finally {
  await rm(folder, { recursive: true, force: true });
}
