// Makes docs/demo.svg, the picture in the README: runs the demo and draws what it printed. `node tools/picture/picture.ts [file]` draws
// what an earlier run printed into a file, with FORCE_COLOR=1.
import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
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
const runDemo = (): Promise<string> =>
  new Promise((settle, refuse) => {
    const env = { ...process.env, FORCE_COLOR: '1', COLUMNS: String(columns) };
    const child = spawn(process.execPath, [join(import.meta.dirname, '..', 'demo', 'demo.ts')], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', piece => {
      text += piece;
      process.stdout.write(piece);
    });
    child.on('error', refuse);
    child.on('close', code => (code === 0 ? settle(text) : refuse(new Error(`the demo ended with ${code}`))));
  });

try {
  await main(process.argv[2]);
} catch (error) {
  process.stderr.write(`cannot make the picture: ${(error as Error).message}\n`);
  process.exitCode = 1;
}
