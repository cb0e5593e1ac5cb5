// Makes docs/demo.svg, the picture in the README: runs the demo and draws what it printed. `node tools/picture/picture.ts [file]` draws
// what an earlier run printed into a file, with FORCE_COLOR=1.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { readTerminal } from './ansi.ts';
import { drawTerminal } from './svg.ts';

const columns = 112;
const target = join(import.meta.dirname, '..', '..', 'docs', 'demo.svg');

const main = async (file: string | undefined): Promise<void> => {
  const text = file === undefined ? await runDemo() : await readFile(file, 'utf8');
  await writeFile(target, drawTerminal(readTerminal(`\x1b[2m$\x1b[0m \x1b[1mnpm run demo\x1b[0m\n${text}`), columns, 'npm run demo'));
  process.stdout.write(`${target}\n`);
};

/** @throws when the demo does not end well. */
const runDemo = async (): Promise<string> => {
  const options = {
    env: { FORCE_COLOR: '1', COLUMNS: String(columns) },
    stdin: 'ignore',
    stderr: 'inherit',
    stripFinalNewline: false,
  } as const;
  const demo = join(import.meta.dirname, '..', 'demo', 'demo.ts');
  const { stdout } = await execa(process.execPath, [demo], { ...options, stdout: ['inherit', 'pipe'] });
  return stdout;
};

try {
  await main(process.argv[2]);
} catch (error) {
  process.stderr.write(`cannot make the picture: ${(error as Error).message}\n`);
  process.exitCode = 1;
}
