// Puts a charm together in a folder: YAML, program, Node, dispatch, licences.
import { existsSync } from 'node:fs';
import { chmod, copyFile, link, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { execa } from 'execa';
import { bundle } from './bundle.ts';
import { type CharmParts, projectFolder } from './charms.ts';
import { licencesOf } from './licences.ts';
import { type Arch, architectures, nodePackage, packagedNode, strippedNode } from './node.ts';

/** What dispatch starts. */
const entryName = 'charm.cjs';
const yamlFiles = ['metadata.yaml', 'config.yaml', 'actions.yaml'];

const dispatch = `#!/bin/sh
# Juju runs this for every hook and action, in the charm's folder.
exec ./bin/node ./lib/${entryName}
`;

const entry = `#!/usr/bin/env node
// Runs the program as it was compiled when the charm was packed. Node would compile it anew in each hook, function by function.
const { readFileSync } = require('node:fs');
const { Script } = require('node:vm');

const load = name => {
  const filename = \`\${__dirname}/\${name}.js\`;
  let cachedData;
  try {
    cachedData = readFileSync(\`\${__dirname}/\${name}.cache\`);
  } catch {
    // Packed on a computer of another architecture: it only takes longer.
  }
  const module = { exports: {} };
  new Script(readFileSync(filename, 'latin1'), { filename, cachedData }).runInThisContext()(require, module, load);
  return module.exports;
};
load('charm');
`;

/**
 * @param folder is made. @param arch of the Node in it; only that of this computer can compile the program ahead.
 * @returns every file that the charm was made from. @throws when something of it is missing or wrong.
 */
export const stage = async (
  { name, yaml, entry: main }: CharmParts,
  folder: string,
  arch: Arch = process.arch as Arch,
): Promise<string[]> => {
  const nodeFolder = await nodePackage(arch);
  const node = await strippedNode(arch, nodeFolder);
  await mkdir(join(folder, 'bin'), { recursive: true });
  const { sources, names } = await bundle(main, join(folder, 'lib')).catch(error => {
    throw new Error(`the program of charm ${name} does not bundle: ${error.message}`);
  });
  const icons = [join(yaml, 'icon.svg')].filter(existsSync);
  const copied = [...yamlFiles.map(file => join(yaml, file)), ...icons, join(projectFolder, 'LICENSE')];
  for (const path of copied) await copyFile(path, join(folder, basename(path)));
  await linkOrCopy(node, join(folder, 'bin', 'node'));
  await writeFile(join(folder, 'THIRD-PARTY-LICENSES'), await licencesOf(sources, nodeFolder));
  await writeFile(join(folder, 'version'), `${await version()}\n`);
  await writeFile(join(folder, 'manifest.yaml'), manifestFor(arch));
  await writeFile(join(folder, 'dispatch'), dispatch);
  await writeFile(join(folder, 'lib', entryName), entry);
  // charmcraft wants the last word of dispatch to be executable too.
  for (const program of ['dispatch', join('lib', entryName)]) await chmod(join(folder, program), 0o755);
  if (arch === process.arch) await compileAhead(name, names, folder);
  const packageFiles = ['package.json', 'package-lock.json'].map(file => join(projectFolder, file));
  const builder = (await readdir(import.meta.dirname)).map(file => join(import.meta.dirname, file));
  return [...sources, ...copied, packagedNode, ...packageFiles, ...builder];
};

/** Which machines Juju may put the charm on. The first base is the one that it chooses by itself. */
const manifestFor = (arch: Arch): string => `bases:
${['24.04', '22.04'].map(channel => `- name: ubuntu\n  channel: '${channel}'\n  architectures: [${architectures[arch]}]\n`).join('')}analysis:
  attributes:
  - {name: language, result: unknown}
  - {name: framework, result: unknown}
`;

/** 110 MB that need not be there twice; a link is not possible from one file system to another. */
const linkOrCopy = (from: string, to: string): Promise<void> => link(from, to).catch(() => copyFile(from, to));

const version = async (): Promise<string> => {
  const { version: number } = JSON.parse(await readFile(join(projectFolder, 'package.json'), 'utf8')) as { version: string };
  return number;
};

/** Saves a hook some 40 ms (docs/decisions/0012-what-a-hook-costs.md). */
const compileAhead = async (name: string, parts: readonly string[], folder: string): Promise<void> => {
  const options = { cwd: folder, env: {}, extendEnv: false, timeout: 20_000, reject: false } as const;
  const run = (...words: string[]) => execa(join(folder, 'bin', 'node'), words, options);
  const compiler = join(import.meta.dirname, 'compile.ts');
  for (const part of parts) {
    const compiled = await run('--random-seed=1', compiler, join('lib', `${part}.js`), join('lib', `${part}.cache`));
    if (compiled.failed) throw new Error(`the program of charm ${name} does not compile: ${compiled.stderr}`);
  }
  const outside = await run(`./lib/${entryName}`);
  const code = outside.exitCode ?? outside.signal;
  if (code !== 1) throw new Error(`charm ${name} does not refuse to run outside a hook (exit code ${code})`);
};
