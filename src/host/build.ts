// Which mongod the snap has.
import type { Build } from '../core/observed.ts';
import { run } from './commands.ts';
import { namesIn } from './files.ts';

/**
 * Asks the program in the snap (33 ms once it has been read from the disk).
 * @throws when it cannot be asked and nothing in the snap tells it either.
 */
export async function askBuild(snap: string): Promise<Build> {
  // It is called from outside of the snap, so the libraries that it brings must be named.
  const libraries = [`${snap}/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`, process.env.LD_LIBRARY_PATH];
  const env = { LD_LIBRARY_PATH: libraries.filter(Boolean).join(':') };
  try {
    const text = await run(`${snap}/usr/bin/mongod`, ['--version'], { timeoutMs: 20_000, env });
    const build = decodeVersion(text);
    if (build === undefined) throw new Error(`cannot read the version of mongod from: ${text.trim()}`);
    return build;
  } catch (error) {
    // The machine may lack a library that the snap takes from its base. Debian's packages leave their name in the snap.
    const packages = await namesIn(`${snap}/usr/share/doc`);
    if (packages.some(name => name.startsWith('percona-server-mongodb'))) return { version: '', percona: true };
    throw error;
  }
}

/** What `mongod --version` says. Percona numbers its builds, as in 6.0.6-5; MongoDB's own are 6.0.6 or 6.0.6-rc1. */
export function decodeVersion(text: string): Build | undefined {
  const version = /^db version v(\d+\.\d+\.\d+\S*)/m.exec(text)?.[1];
  return version === undefined ? undefined : { version, percona: /^[\d.]+-\d+$/.test(version) || /percona|psmdb/i.test(text) };
}
