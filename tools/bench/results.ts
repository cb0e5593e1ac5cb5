// The results of a run: kept as JSON, each part with the others of earlier runs, and told as a table.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import type { ClusterResults } from './cluster/cluster.ts';
import { plotCluster } from './cluster/plot.ts';
import { tellCluster } from './cluster/table.ts';
import type { GrowthResults } from './growth/growth.ts';
import { plotGrowth } from './growth/plot.ts';
import { tellGrowth } from './growth/table.ts';
import type { HookResults } from './hooks/hooks.ts';
import { plotHooks } from './hooks/plot.ts';
import { tellHooks } from './hooks/table.ts';
import type { LoadResults } from './load/load.ts';
import { tellLoad, tellUnits } from './load/table.ts';
import type { Units } from './load/units.ts';

export type Fresh = { hooks?: HookResults; cluster?: ClusterResults; growth?: GrowthResults; load?: LoadResults; units?: Units };
/** When and where a part was measured. */
type Measured = { measured: { at: string; computer: string } };
type Results = { [Part in keyof Fresh]: Fresh[Part] & Measured };

/** @returns the tables that were written. */
export const writeResults = async (folder: string, fresh: Fresh): Promise<string> => {
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'results.json');
  const before = JSON.parse(await readFile(file, 'utf8').catch(() => '{}')) as Results;
  const measured = { at: new Date().toISOString(), computer: computer() };
  const dated = Object.entries(fresh).map(([part, of]) => [part, { ...of, measured }]);
  const results: Results = { ...before, ...Object.fromEntries(dated) };
  await writeFile(file, `${JSON.stringify(results, null, 2)}\n`);
  const { hooks, cluster, growth } = results;
  const text = tell(results);
  await writeFile(join(folder, 'results.md'), text);
  if (hooks !== undefined) await writeFile(join(folder, 'hooks.svg'), plotHooks(hooks));
  if (cluster !== undefined) await writeFile(join(folder, 'cluster.svg'), plotCluster(cluster));
  if (growth !== undefined) await writeFile(join(folder, 'growth.svg'), plotGrowth(growth));
  return text;
};

const tell = ({ hooks, cluster, growth, load, units }: Results): string =>
  [
    '# What this charm costs',
    '',
    'Written by `npm run bench`.',
    '',
    ...(hooks === undefined ? [] : [tellHooks(hooks), tellWhen(hooks)]),
    ...(cluster === undefined ? [] : [tellCluster(cluster), tellWhen(cluster)]),
    ...(growth === undefined ? [] : [tellGrowth(growth), tellWhen(growth)]),
    ...(load === undefined ? [] : [tellLoad(load), tellWhen(load)]),
    ...(units === undefined ? [] : [tellUnits(units), tellWhen(units)]),
  ].join('\n');

const tellWhen = ({ measured }: Measured): string => `Measured ${measured.at.slice(0, 16)}Z on ${measured.computer}.\n`;

export const computer = (): string =>
  `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}, Node ${process.versions.node}`;
