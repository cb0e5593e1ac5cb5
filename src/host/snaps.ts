// The snap that MongoDB comes in, and its services.
import { basename } from 'node:path';
import { type Service, SNAP } from '../core/names.ts';
import type { HostFacts } from '../core/observed.ts';
import { run } from './commands.ts';
import { linkTarget } from './files.ts';

const INSTALL_MS = 15 * 60_000; // a download of some 200 MB
/** mongod may take long to end what it is doing; snapd itself bounds the wait. */
const SERVICE_MS = 3 * 60_000;
/** What changes nothing. */
const LOOK_MS = 30_000;

/** The installed revision, read from snapd's own link, which costs no process; undefined if the snap is not installed. */
export async function installedRevision(root: string): Promise<string | undefined> {
  const target = await linkTarget(`${root}/snap/${SNAP.name}/current`);
  return target && basename(target);
}

/** Installs the revision, and keeps snapd from replacing it. @throws when snapd cannot. */
export async function installSnap(revision: string): Promise<void> {
  await run('snap', ['install', SNAP.name, `--channel=${SNAP.channel}`, `--revision=${revision}`], { timeoutMs: INSTALL_MS });
  await hold();
}

/** State of a service, and whether systemd is about to start it again. @throws when snapd does not tell. */
export const serviceState = async (service: Service): Promise<ServiceState> =>
  decodeService(await run('snap', ['services', SNAP[service]], { timeoutMs: LOOK_MS }), SNAP[service]);

export type ServiceState = Pick<HostFacts, 'service' | 'startsAgain'>;

/** From the table of `snap services`. While systemd waits before it starts a service again, snapd calls it inactive, and still enabled. */
export function decodeService(text: string, service: string): ServiceState {
  const [, startup, current] =
    text
      .split('\n')
      .find(line => line.startsWith(`${service} `))
      ?.split(/\s+/) ?? [];
  if (current === undefined) return { service: 'absent' };
  if (current === 'active') return { service: 'active' };
  return { service: 'inactive', ...(startup === 'enabled' ? { startsAgain: true } : {}) };
}

/**
 * Starts the service, now and whenever the machine does. Named in full: the snap's other services need settings that they do not have yet.
 * @throws when it cannot be started; and, when it has been started, if snapd does not hold the snap's revision.
 */
export async function startService(service: Service): Promise<void> {
  // A hook that was killed between the installation and its hold left none.
  const held = await hold().catch((error: unknown) => error);
  await run('snap', ['start', '--enable', SNAP[service]], { timeoutMs: SERVICE_MS });
  if (held instanceof Error) throw held;
}

export async function restartService(service: Service): Promise<void> {
  await run('snap', ['restart', SNAP[service]], { timeoutMs: SERVICE_MS });
}

/** Stops the service, and keeps it from starting with the machine. */
export async function stopService(service: Service): Promise<void> {
  await run('snap', ['stop', '--disable', SNAP[service]], { timeoutMs: SERVICE_MS });
}

/** `--purge`: without a copy of all that lies in the snap's folders, which snapd would make first. */
export async function removeSnap(): Promise<void> {
  await run('snap', ['remove', '--purge', SNAP.name], { timeoutMs: SERVICE_MS });
}

async function hold(): Promise<void> {
  await run('snap', ['refresh', '--hold', SNAP.name], { timeoutMs: LOOK_MS });
}
