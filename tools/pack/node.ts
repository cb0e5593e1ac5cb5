// The Node that a charm brings along: the packaged one, without what only a debugger reads.
import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { projectFolder } from './charms.ts';

export const architectures = { x64: 'amd64', arm64: 'arm64' } as const;
/** As Node names it. */
export type Arch = keyof typeof architectures;

const programOf = (folder: string): string => join(folder, 'bin', 'node');

/** The npm package with the Node of this computer's own architecture. */
const ownPackage = join(projectFolder, 'node_modules', `node-linux-${process.arch}`);
/** Where that Node lies. */
export const packagedNode = programOf(ownPackage);

/** The folder of the npm package with a Node. @throws when it cannot be had. */
export const nodePackage = async (arch: Arch, target = join(projectFolder, 'build')): Promise<string> =>
  arch === process.arch ? ownPackage : fetchedPackage(arch, target);

/**
 * The path of a stripped Node, made once for each original. @param folder of its npm package.
 * @throws when it is not the Node that nodejs.org gives away.
 */
export const strippedNode = async (arch: Arch, folder: string, target = join(projectFolder, 'build')): Promise<string> => {
  const original = programOf(folder);
  const { version, node } = JSON.parse(await readFile(join(import.meta.dirname, 'published.json'), 'utf8')) as Published;
  const wanted = node[arch].program;
  const { size, mtimeMs } = await stat(original);
  const key = createHash('sha256')
    .update(JSON.stringify([original, size, mtimeMs, stripVersion, wanted]))
    .digest('hex')
    .slice(0, 16);
  const path = join(target, '.node', `node-${arch}-${key}`);
  if (await exists(path)) return path;
  await mkdir(join(target, '.node'), { recursive: true });
  const room = await mkdtemp(join(target, '.node', '.new-'));
  try {
    const program = await readFile(original);
    if (createHash('sha256').update(program).digest('hex') !== wanted)
      throw new Error(`bin/node for ${arch} is not that of Node ${version} as nodejs.org publishes it (see tools/pack/published.json)`);
    await writeFile(join(room, 'node'), strip(program));
    await chmod(join(room, 'node'), 0o755);
    await rename(join(room, 'node'), path);
  } finally {
    await rm(room, { recursive: true, force: true });
  }
  return path;
};

const stripVersion = 1;

/**
 * The SHA-256 of `node-v<version>-linux-<arch>.tar.xz`, which nodejs.org publishes and signs, and of `bin/node` inside it. The npm packages
 * are made by others than nodejs.org, and package-lock.json says only that they have not changed since. The values of 24.21.0 are those
 * that several public repositories took from nodejs.org's archives, some after a check of the signature. CONTRIBUTING.md tells how to
 * take them oneself.
 */
type Published = { version: string; node: Record<Arch, { archive: string; program: string }> };

/**
 * What is loaded when a program runs is described by its program headers; the sections behind it are for linkers and debuggers, and 18 MB
 * of Node. @throws when it is no 64-bit little-endian ELF file.
 */
export const strip = (program: Buffer): Buffer => {
  if (program.readUInt32BE(0) !== 0x7f454c46 || program[4] !== 2 || program[5] !== 1) throw new Error('node is not a 64-bit ELF file');
  const table = Number(program.readBigUInt64LE(0x20));
  const size = program.readUInt16LE(0x36);
  const count = program.readUInt16LE(0x38);
  let end = table + size * count;
  for (let header = table; header < table + size * count; header += size) {
    end = Math.max(end, Number(program.readBigUInt64LE(header + 8) + program.readBigUInt64LE(header + 32)));
  }
  const stripped = Buffer.from(program.subarray(0, end));
  stripped.writeBigUInt64LE(0n, 0x28); // where the sections are described: nowhere
  stripped.writeUInt16LE(0, 0x3c);
  stripped.writeUInt16LE(0, 0x3e);
  return stripped;
};

/** npm installs the Node of its own computer only; that of another is fetched, and must be the one that package-lock.json names. */
const fetchedPackage = async (arch: Arch, target: string): Promise<string> => {
  const lock = JSON.parse(await readFile(join(projectFolder, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { version: string; integrity: string } | undefined>;
  };
  const wanted = lock.packages[`node_modules/node-linux-${arch}`];
  if (wanted === undefined) throw new Error(`package-lock.json has no Node for ${arch}`);
  const folder = join(target, '.node', `fetched-${arch}-${wanted.version}`);
  const unpacked = join(folder, 'package');
  if (await exists(unpacked)) return unpacked;
  await mkdir(join(target, '.node'), { recursive: true });
  const room = await mkdtemp(join(target, '.node', '.new-'));
  try {
    const archive = join(room, await download(`node-linux-${arch}@${wanted.version}`, room));
    const integrity = `sha512-${createHash('sha512')
      .update(await readFile(archive))
      .digest('base64')}`;
    if (integrity !== wanted.integrity) throw new Error(`the Node for ${arch} that was fetched is not the one in package-lock.json`);
    await execa('tar', ['-xzf', archive, '-C', room]);
    await rm(archive);
    await rename(room, folder);
  } finally {
    await rm(room, { recursive: true, force: true });
  }
  return unpacked;
};

/** @returns the name of the file, in the folder. By itself npm would try for over a minute without a network. */
const download = async (what: string, folder: string): Promise<string> => {
  const patience = ['--fetch-retries=3', '--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=5000'];
  const words = ['pack', what, '--pack-destination', folder, '--ignore-scripts', '--loglevel=error', ...patience];
  try {
    return (await execa('npm', words, { cwd: folder })).stdout.trim();
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    throw new Error(`npm could not fetch ${what}: ${stderr?.trim().split('\n')[0] || message}`);
  }
};

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
