// No program of the project hands words to a shell: what is typed by an operator, or comes from another application, is never a command.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { projectFolder } from '../../support/project.ts';

/** Ways to a shell. `exec` of a pattern is none, nor are the bench's Python programs. */
const SHELL: Readonly<Record<string, RegExp>> = {
  'the option shell': /\bshell\s*:\s*(?!false)/,
  'exec or execSync':
    /\bexec(Sync)?\b[^;\n]*\bfrom ['"]node:child_process|\{[^}]*\bexec(Sync)?\b[^}]*\}\s*(from|=)[^\n]*child_process|(?<![.\w])exec(Sync)?\(/,
  'a shell by name': /['"`](\/(usr\/)?bin\/)?(ba|da|z|k)?sh['"`]/,
  'the whole of child_process': /import\s+(\*\s+as\s+)?\w+\s+from\s+['"]node:child_process/,
  eval: /(?<![.\w])eval\(|\bnew Function\(/,
};

const sources = ['src', 'tools'].flatMap(folder =>
  readdirSync(join(projectFolder, folder), { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && /\.m?[jt]s$/.test(entry.name))
    .map(entry => join(entry.parentPath, entry.name))
    .map(path => ({ path: relative(projectFolder, path), text: withoutComments(readFileSync(path, 'utf8')) })),
);

/** `juju exec` gives what the operator types to a shell of the unit, as Juju does. */
const ALLOWED = ['tools/local-juju/engine/run-task.ts'];

test.each(Object.entries(SHELL))('%s is found nowhere in src and tools', (_, pattern) => {
  expect(sources.length).toBeGreaterThan(200);
  const found = sources.flatMap(({ path, text }) => (pattern.test(text) && !ALLOWED.includes(path) ? [path] : []));
  expect(found).toEqual([]);
});

test.each([
  ['the option shell', "spawn('ls', { shell: true })"],
  ['exec or execSync', "import { exec } from 'node:child_process';"],
  ['exec or execSync', "execSync('ls')"],
  ['a shell by name', "spawn('/bin/sh', ['-c', text])"],
  ['a shell by name', "execFile('bash', [])"],
  ['the whole of child_process', "import * as child from 'node:child_process';"],
  ['eval', 'eval(text)'],
])('%s would be found in %s', (name, text) => expect(text).toMatch(SHELL[name]!));

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|(^|[\s;,({[])\/\/.*$/gm, (_, before: string | undefined) => before ?? ' ');
}
