// The snap that MongoDB comes in, and its service.
import { basename } from 'node:path';
import { SNAP } from '../core/names.ts';
import type { HostFacts } from '../core/observed.ts';
import { run } from './commands.ts';
import { linkTarget } from './files.ts';

const INSTALL_MS = 15 * 60_000; // a download of some 200 MB
/** mongod may take long to end what it is doing; snapd itself bounds the wait. */
const SERVICE_MS = 3 * 60_000;

/** The installed revision, read from snapd's own link, which costs no process; undefined if the snap is not installed. */
export async function installedRevision(root: string): Promise<string | undefined> {
  const target = await linkTarget(`${root}/snap/${SNAP.name}/current`);
  return target && basename(target);
}

/** Installs the revision that this charm is made for, and keeps snapd from replacing it. @throws when snapd cannot. */
export async function installSnap(): Promise<void> {
  await run('snap', ['install', SNAP.name, `--channel=${SNAP.channel}`, `--revision=${SNAP.revision}`], { timeoutMs: INSTALL_MS });
  await run('snap', ['refresh', '--hold', SNAP.name], { timeoutMs: SERVICE_MS });
}

export async function serviceState(): Promise<HostFacts['service']> {
  const text = await run('snap', ['services', SNAP.service], { timeoutMs: SERVICE_MS });
  const row = text.split('\n').find(line => line.startsWith(`${SNAP.service} `));
  if (row === undefined) return 'absent';
  return row.split(/\s+/)[2] === 'active' ? 'active' : 'inactive';
}

/** Starts the service, now and whenever the machine does. Named in full: the snap's other services need settings that they do not have yet. */
export const startService = (): Promise<string> => run('snap', ['start', '--enable', SNAP.service], { timeoutMs: SERVICE_MS });
export const restartService = (): Promise<string> => run('snap', ['restart', SNAP.service], { timeoutMs: SERVICE_MS });
/** Stops the service, and keeps it from starting with the machine. */
export const stopService = (): Promise<string> => run('snap', ['stop', '--disable', SNAP.service], { timeoutMs: SERVICE_MS });

/** `--purge` takes no snapshot; what lies on a mounted storage is not the snap's and stays. */
export const removeSnap = (): Promise<string> => run('snap', ['remove', '--purge', SNAP.name], { timeoutMs: SERVICE_MS });
