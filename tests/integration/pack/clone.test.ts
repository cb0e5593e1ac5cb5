// Packing as it is first done in a clone, at another path than this checkout's: the same bytes come of it. For another architecture its
// Node is fetched, and must be the one of package-lock.json and of nodejs.org.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { load } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { unzip } from '../../../tools/local-juju/engine/unzip.ts';
import { packedCharms, released } from '../../support/packed.ts';
import { packagedNode } from '../../support/project.ts';
import { makeTestFolder } from '../../support/run-folder.ts';
import { copyCheckout, sharePackages } from './checkout.ts';

const run = promisify(execFile);
const [arch, architecture] = process.arch === 'x64' ? ['arm64', 'arm64'] : ['x64', 'amd64'];

let packed: string;
let folder: string;
let clone: string;
beforeAll(async () => {
  packed = await packedCharms();
  folder = await makeTestFolder('cl-');
  clone = join(folder, 'clone');
  await copyCheckout(clone);
  await sharePackages(clone);
}, 300_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('for another architecture', () => {
  const program = smallProgram();
  beforeAll(async () => {
    await mkdir(join(folder, 'package/bin'), { recursive: true });
    await writeFile(join(folder, 'package/bin/node'), program, { mode: 0o755 });
    await writeFile(
      join(folder, 'package/package.json'),
      JSON.stringify({ name: `node-linux-${arch}`, version: '24.0.0', license: 'MIT' }),
    );
    await writeFile(join(folder, 'package/LICENSE'), 'Anybody may do anything with this small program.\n');
    await run('tar', ['-czf', join(folder, 'node.tgz'), '-C', folder, 'package']);
    await mkdir(join(folder, 'bin'));
    // In npm's place, whose download of 45 MB no test waits for.
    const script = `#!/bin/sh
echo "$2" >>'${folder}/asked'
[ -z "$NPM_FAILS" ] || { echo 'npm error code ENOTFOUND' >&2; exit 1; }
cp '${folder}/node.tgz' "$4/node.tgz" && echo node.tgz
`;
    await writeFile(join(folder, 'bin/npm'), script, { mode: 0o755 });
  });

  /** Runs in the clone what `npm run pack` does. */
  const pack = (...words: string[]) => packWith({}, ...words);
  const packWith = (more: Record<string, string>, ...words: string[]) =>
    run(packagedNode, ['tools/pack/pack.ts', ...words], {
      cwd: clone,
      env: { ...process.env, ...more, PATH: [join(folder, 'bin'), process.env.PATH].join(delimiter) },
    }).then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
    );

  test('a Node that is not the one of package-lock.json is refused, in a clone in which nothing was built before', async () => {
    expect(existsSync(join(clone, 'build'))).toBe(false);
    const stderr = `the Node for ${arch} that was fetched is not the one in package-lock.json\n`;
    expect(await pack('--arch', architecture!)).toEqual({ code: 1, stdout: '', stderr });
    expect(await readFile(join(folder, 'asked'), 'utf8')).toMatch(new RegExp(`^node-linux-${arch}@24\\.\\d+\\.\\d+\\n$`));
    expect(await readdir(join(clone, 'build/.node'))).toEqual([]);
  });

  test('what npm says is told when it cannot fetch one', async () => {
    const { code, stderr } = await packWith({ NPM_FAILS: '1' }, '--arch', architecture!);
    expect(code).toBe(1);
    expect(stderr).toMatch(new RegExp(`^npm could not fetch node-linux-${arch}@[\\d.]+: npm error code ENOTFOUND\\n$`));
  });

  test('an architecture that there is no Node for is refused', async () => {
    const stderr = 'there is no Node for riscv64; --arch takes amd64 or arm64\n';
    expect(await pack('--arch', 'riscv64')).toEqual({ code: 1, stdout: '', stderr });
  });

  /** For the while of a test the clone takes what npm fetches for the Node of package-lock.json. */
  const acceptFetched = async (): Promise<void> => {
    const file = join(clone, 'package-lock.json');
    const lock = await readFile(file, 'utf8');
    const { integrity } = JSON.parse(lock).packages[`node_modules/node-linux-${arch}`];
    const digest = createHash('sha512').update(await readFile(join(folder, 'node.tgz')));
    await writeFile(file, lock.replace(integrity, `sha512-${digest.digest('base64')}`));
    onTestFinished(() => writeFile(file, lock));
  };

  test('a Node of package-lock.json that is not the one of nodejs.org is refused', async () => {
    await acceptFetched();
    const { code, stderr } = await pack('--arch', architecture!);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^bin\/node for \w+ is not that of Node 24\.\d+\.\d+ as nodejs\.org publishes it /);
    expect(await readdir(join(clone, 'build/.node'))).toEqual([expect.stringMatching(/^fetched-/)]);
  });

  test('both charms are named for it, go to such machines only, and are not compiled ahead', async () => {
    await acceptFetched();
    const published = await readFile(join(clone, 'tools/pack/published.json'), 'utf8');
    const digest = createHash('sha256').update(program).digest('hex');
    await writeFile(join(clone, 'tools/pack/published.json'), published.replace(JSON.parse(published).node[arch!].program, digest));
    try {
      const { code, stdout, stderr } = await pack('--arch', architecture!);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout.match(/its program is not compiled ahead/g)).toHaveLength(2);
      for (const name of released) {
        expect(stdout).toContain(`${name}_${architecture}.charm  `);
        const charm = join(folder, name);
        await unzip(join(clone, `${name}_${architecture}.charm`), charm);
        const { bases } = load(await readFile(join(charm, 'manifest.yaml'), 'utf8')) as { bases: { architectures: string[] }[] };
        expect(bases.map(({ architectures }) => architectures)).toEqual([[architecture], [architecture]]);
        expect((await readdir(join(charm, 'lib'))).sort()).toEqual(['charm.cjs', 'charm.js', 'execa.js', 'mongodb.js', 'pino.js']);
        expect((await readFile(join(charm, 'bin/node'))).subarray(64)).toEqual(program.subarray(64, 128));
        expect((await stat(join(charm, 'bin/node'))).mode & 0o777).toBe(0o755);
        const licences = await readFile(join(charm, 'THIRD-PARTY-LICENSES'), 'utf8');
        expect(licences).toContain(`\nnode-linux-${arch} 24.0.0: MIT\n`);
        expect(licences).toContain('Anybody may do anything with this small program.');
      }
      expect((await readdir(join(clone, 'build'))).filter(name => name.startsWith('.'))).toEqual(['.node']);
    } finally {
      await writeFile(join(clone, 'tools/pack/published.json'), published);
    }
  });
});

test('npm run pack gives the same bytes as in this checkout', async () => {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('npm_')));
  const { stdout } = await run('npm', ['run', '--silent', 'pack'], { cwd: clone, env });
  for (const name of released) {
    const [here, there] = await Promise.all([packed, clone].map(place => readFile(join(place, `${name}.charm`))));
    expect(there?.equals(here!)).toBe(true);
    expect(stdout).toContain(`${name}.charm  `);
    expect(stdout).toContain(createHash('sha256').update(here!).digest('hex'));
  }
}, 300_000);

/** The least that passes for a program: 128 bytes of which are loaded, and sections behind them. */
function smallProgram(): Buffer {
  const program = Buffer.alloc(1_000, 'x');
  program.fill(0, 0, 120);
  program.write('\x7fELF\x02\x01\x01', 'latin1');
  program.writeBigUInt64LE(64n, 0x20); // the table of what is loaded
  program.writeBigUInt64LE(800n, 0x28); // the table of sections
  program.writeUInt16LE(56, 0x36);
  program.writeUInt16LE(1, 0x38);
  program.writeUInt16LE(3, 0x3c);
  program.writeBigUInt64LE(128n, 64 + 32);
  return program;
}
