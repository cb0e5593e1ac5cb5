// `npm run pack`: writes mongodb.charm and mongos.charm, one file each, with everything that a unit needs but the snap.
//   npm run pack [-- [--arch arm64] [charm…]]
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { build } from './build.ts';
import { type CharmName, charmParts, projectFolder } from './charms.ts';
import { problemsOf } from './check.ts';
import { type Arch, architectures } from './node.ts';
import { stage } from './stage.ts';
import { type File, zip } from './zip.ts';

/** What is given away; the client charm of this repository is for tests. */
const released: readonly CharmName[] = ['mongodb', 'mongos'];

/** @returns the archive of a charm. @throws with a sentence for each problem that it has. */
export const pack = async (name: CharmName, arch: Arch = process.arch as Arch): Promise<Buffer> => {
  const own = arch === process.arch;
  const target = join(projectFolder, 'build');
  await mkdir(target, { recursive: true });
  const room = own ? undefined : await mkdtemp(join(target, `.${name}-${arch}-`));
  try {
    const folder = room === undefined ? await build(name) : join(room, 'charm');
    if (room !== undefined) await stage(charmParts(name), folder, arch);
    const files = await filesOf(folder);
    const archive = await zip(files);
    const charmcraft = await readFile(join(charmParts(name).yaml, 'charmcraft.yaml'), 'utf8').catch(() => undefined);
    const problems = [...problemsOf(name, files, archive.length, charmcraft), ...(own ? await runProblems(folder) : [])];
    if (problems.length > 0) throw new Error(`cannot pack ${name}: ${problems.join('; ')}`);
    return archive;
  } finally {
    if (room !== undefined) await rm(room, { recursive: true, force: true });
  }
};

/** All files below the folder, as they are to lie in the archive. */
export const filesOf = async (folder: string): Promise<File[]> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return Promise.all(
    entries
      .filter(entry => !entry.isDirectory())
      .map(async entry => {
        const path = join(entry.parentPath, entry.name);
        const { mode } = await stat(path);
        return {
          path: relative(folder, path).split(sep).join('/'),
          mode: mode & 0o111 ? 0o755 : 0o644,
          bytes: await readFile(path),
        };
      }),
  );
};

/** Whether it runs by itself, with nothing in its environment. */
const runProblems = async (folder: string): Promise<string[]> => {
  const alone = { env: { PATH: '/usr/bin:/bin' }, extendEnv: false };
  const { optionalDependencies } = JSON.parse(await readFile(join(projectFolder, 'package.json'), 'utf8')) as {
    optionalDependencies: Record<string, string>;
  };
  const pinned = `v${optionalDependencies[`node-linux-${process.arch}`]}`;
  const { stdout } = await execa(join(folder, 'bin', 'node'), ['--version'], alone);
  const { failed, stderr } = await execa(join(folder, 'dispatch'), { cwd: folder, ...alone, reject: false });
  const outside = failed ? stderr : 'nothing';
  return [
    ...(stdout === pinned ? [] : [`bin/node is ${stdout}, not ${pinned}`]),
    ...(/^[^\n]*JUJU_UNIT_NAME[^\n]*$/.test(outside) ? [] : [`dispatch does not run by itself: it says ${outside}`]),
  ];
};

const main = async (words: string[]): Promise<void> => {
  const { values, positionals } = parseArgs({ args: words, options: { arch: { type: 'string' } }, allowPositionals: true });
  const arch = values.arch === 'amd64' ? 'x64' : (values.arch ?? process.arch);
  if (!Object.hasOwn(architectures, arch)) throw new Error(`there is no Node for ${arch}; --arch takes amd64 or arm64`);
  for (const name of positionals.length > 0 ? positionals : released) {
    const archive = await pack(name as CharmName, arch as Arch);
    const suffix = arch === process.arch ? '' : `_${architectures[arch as Arch]}`;
    const path = join(projectFolder, `${name}${suffix}.charm`);
    await writeFile(`${path}.new`, archive);
    await rename(`${path}.new`, path);
    const digest = createHash('sha256').update(archive).digest('hex');
    process.stdout.write(`${relative(process.cwd(), path)}  ${(archive.length / 1024 / 1024).toFixed(1)} MiB  sha256 ${digest}\n`);
    if (arch !== process.arch)
      process.stdout.write(
        `  its program is not compiled ahead, which takes a computer of its own architecture; each hook takes some 40 ms longer\n`,
      );
  }
};

if (import.meta.main) {
  await main(process.argv.slice(2)).catch((error: Error) => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  });
}
