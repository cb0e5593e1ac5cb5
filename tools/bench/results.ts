// The results of a run: kept as JSON, each part with the others of earlier runs, and told as a table.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import type { HookResults } from './hooks/hooks.ts';
import { plotHooks } from './hooks/plot.ts';
import { tellHooks } from './hooks/table.ts';

export type Results = { hooks?: Part<HookResults> };
/** When and where a part was measured. */
type Part<Of> = Of & { measured: { at: string; computer: string } };
type Fresh = { hooks?: HookResults };

/** @returns the table that was written. */
export const writeResults = async (folder: string, fresh: Fresh): Promise<string> => {
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'results.json');
  const before = JSON.parse(await readFile(file, 'utf8').catch(() => '{}')) as Results;
  const measured = { at: new Date().toISOString(), computer: computer() };
  const results: Results = { ...before, ...(fresh.hooks === undefined ? {} : { hooks: { ...fresh.hooks, measured } }) };
  await writeFile(file, `${JSON.stringify(results, null, 2)}\n`);
  const table = tell(results);
  await writeFile(join(folder, 'results.md'), table);
  if (results.hooks !== undefined) await writeFile(join(folder, 'hooks.svg'), plotHooks(results.hooks));
  return table;
};

const tell = ({ hooks }: Results): string =>
  [
    '# What this charm costs',
    '',
    'Written by `npm run bench`.',
    '',
    ...(hooks === undefined ? [] : [tellHooks(hooks), `Measured ${hooks.measured.at.slice(0, 16)}Z on ${hooks.measured.computer}.`]),
    '',
  ].join('\n');

const computer = (): string =>
  `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}, Node ${process.versions.node}`;
