// What `npm run proof` found, as JSON, and as tables between two marks of docs/reliability.md.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { computer } from '../../tools/bench/results.ts';
import { table } from '../../tools/bench/table.ts';
import { replaceBetween, writePage } from '../../tools/failures/page.ts';
import { projectFolder } from '../support/project.ts';
import type { ClusterKind, Kind } from './clients.ts';
import { type DriverName, driverNames } from './drivers.ts';
import { operationsOf } from './operations.ts';
import type { Row } from './prove.ts';

/** @property drivers their titles, of those that could be had. */
export type Proof = {
  drivers: Partial<Record<DriverName, string>>;
  members: number;
  router: string;
  rows: readonly Row[];
  measured: { at: string; computer: string };
};
export type Proofs = Partial<Record<ClusterKind, Proof>>;

/** The other kind of cluster keeps what an earlier run found. @param out where both files go, instead of their places in the project. */
export const writeProofs = async (fresh: Partial<Record<ClusterKind, Omit<Proof, 'measured'>>>, out?: string): Promise<string> => {
  const kept = join(projectFolder, 'bench', 'proof.json');
  const proofs = JSON.parse(await readFile(kept, 'utf8').catch(() => '{}')) as Proofs;
  const measured = { at: new Date().toISOString(), computer: computer() };
  for (const [cluster, proof] of Object.entries(fresh)) proofs[cluster as ClusterKind] = { ...proof, measured };
  const page = await readFile(join(projectFolder, 'docs', 'reliability.md'), 'utf8');
  const text = tellProofs(proofs);
  const changed = replaceBetween(page, text, 'proof');
  if (out !== undefined) await mkdir(out, { recursive: true });
  await writeFile(out === undefined ? kept : join(out, 'proof.json'), `${JSON.stringify(proofs, null, 2)}\n`);
  await writePage(join(out ?? join(projectFolder, 'docs'), 'reliability.md'), changed);
  return text;
};

const titles: Record<ClusterKind, string> = { 'replica-set': 'Replica set', sharded: 'Sharded cluster' };

export const tellProofs = (proofs: Proofs): string =>
  Object.entries(proofs)
    .flatMap(([cluster, proof]) => [`### ${titles[cluster as ClusterKind]}`, '', ...tellProof(cluster as ClusterKind, proof), ''])
    .join('\n');

const tellProof = (cluster: ClusterKind, { drivers, members, router, rows, measured }: Proof): string[] => {
  const names = driverNames.filter(name => drivers[name] !== undefined);
  const sum = (all: readonly Row[], of: 'acknowledged' | 'failed' | 'refused' | 'lost' | 'whileRemoved') =>
    all.reduce((total, one) => total + one[of], 0);
  const lines = operationsOf(cluster).flatMap(({ key, name }) =>
    (['v0', 'v1', 'plain'] satisfies Kind[]).flatMap(kind => {
      const own = rows.filter(one => one.operation === key && one.client === kind);
      if (own.length === 0) return [];
      const acknowledged = names.map(driver =>
        String(
          sum(
            own.filter(one => one.driver === driver),
            'acknowledged',
          ),
        ),
      );
      const old = [...new Set(own.map(one => one.old))].join(', ');
      const figures = (['failed', 'refused', 'lost', 'whileRemoved'] as const).map(of => String(sum(own, of)));
      return [[name, kind === 'plain' ? 'no secrets' : kind, ...acknowledged, ...figures, old]];
    }),
  );
  const head = [
    '',
    'client',
    ...names.map(name => drivers[name] ?? ''),
    'failed',
    'of them logins refused',
    'lost',
    'failed while removed',
    'old password',
  ];
  const where = cluster === 'sharded' ? `a config server, a shard of ${members}, and ${router} beside each client` : `a set of ${members}`;
  return [
    ...table(head, lines),
    '',
    `On ${where}: ${sum(rows, 'acknowledged')} writes were acknowledged, ${sum(rows, 'failed')} failed and ${sum(rows, 'lost')} were lost.`,
    `Measured ${measured.at.slice(0, 16)}Z on ${measured.computer}.`,
  ];
};
