// What `npm run failures` found, as JSON, and as the table between two marks of docs/reliability.md.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { computer } from '../bench/results.ts';
import type { Spread } from '../bench/statistics.ts';
import { table } from '../bench/table.ts';
import type { Figures, Row } from './failures.ts';

export type Failures = { rounds: number; rows: readonly Row[] };
type Measured = Failures & { measured: { at: string; computer: string } };

const projectFolder = join(import.meta.dirname, '..', '..');

/** @param out where both files go, instead of their places in the project. @returns the table. */
export const writeFailures = async (failures: Failures, out?: string): Promise<string> => {
  const measured: Measured = { ...failures, measured: { at: new Date().toISOString(), computer: computer() } };
  const page = await readFile(join(projectFolder, 'docs', 'reliability.md'), 'utf8');
  const text = tellFailures(measured);
  const changed = replaceBetween(page, text);
  if (out !== undefined) await mkdir(out, { recursive: true });
  await writeFile(join(out ?? join(projectFolder, 'bench'), 'failures.json'), `${JSON.stringify(measured, null, 2)}\n`);
  await writePage(join(out ?? join(projectFolder, 'docs'), 'reliability.md'), changed);
  return text;
};

/** With columns of even width, as the linter wants them. */
export const writePage = async (file: string, text: string): Promise<void> => {
  await writeFile(file, text);
  await execa(join(projectFolder, 'node_modules', '.bin', 'biome'), ['format', '--write', '--vcs-enabled=false', file]);
};

/** @param program whose marks they are. @throws when the page has lost its marks. */
export const replaceBetween = (page: string, text: string, program = 'failures'): string => {
  const marks = { begin: `<!-- written by npm run ${program} -->`, end: `<!-- end of what npm run ${program} writes -->` };
  const begin = page.indexOf(marks.begin);
  const end = page.indexOf(marks.end);
  if (begin < 0 || end < begin) throw new Error(`the page has no ${marks.begin} with ${marks.end} behind it`);
  return `${page.slice(0, begin + marks.begin.length)}\n\n${text}\n${page.slice(end)}`;
};

export const tellFailures = ({ rounds, rows, measured }: Measured): string => {
  const sum = (of: keyof Pick<Figures, 'confirmed' | 'lost'>) => rows.reduce((all, { charm }) => all + charm[of], 0);
  return [
    ...table(
      ['', 'without writes, s', 'floor', 'whole after, s', 'floor', 'confirmed writes', 'lost'],
      rows.map(({ name, charm, floor }) => [
        name,
        seconds(charm.pauseMs),
        seconds(floor?.pauseMs),
        seconds(charm.healedMs),
        seconds(floor?.healedMs),
        String(charm.confirmed),
        String(charm.lost),
      ]),
    ),
    '',
    `The median of ${rounds} rounds, and the quartiles around it. Of ${sum('confirmed')} writes that were confirmed to the client of the charm's set, ${sum('lost')} were lost.`,
    `Measured ${measured.at.slice(0, 16)}Z on ${measured.computer}.`,
    '',
  ].join('\n');
};

const seconds = (spread: Spread | undefined): string => {
  if (spread === undefined) return '–';
  const [median, low, high] = [spread.median, spread.low, spread.high].map(ms => (ms / 1000).toFixed(1));
  return `${median} (${low}–${high})`;
};
