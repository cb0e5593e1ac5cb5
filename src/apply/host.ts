// Host effects → the machine.
import type { HostEffect } from '../core/effects.ts';
import { cleanMachine, type Host, install, pruneLogs, stopMongod, writeSettings } from '../host/host.ts';
import { restartService, startService } from '../host/snaps.ts';
import type { Outcome } from './outcome.ts';

/** Log files that are kept besides the one being written. */
const KEPT_LOGS = 10;

/**
 * `rotateLog` lets mongod begin a new file.
 * @throws when the snap cannot be installed: then the hook fails, and Juju runs it again.
 */
export async function applyHost(host: Host, effect: HostEffect, rotateLog: () => Promise<void>): Promise<Outcome> {
  if (effect.do === 'install-snap') {
    await install(host);
    return { ok: true };
  }
  try {
    await applyOne(host, effect, rotateLog);
    return { ok: true };
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? error.message : String(error) };
  }
}

async function applyOne(host: Host, effect: Exclude<HostEffect, { do: 'install-snap' }>, rotateLog: () => Promise<void>): Promise<void> {
  switch (effect.do) {
    case 'write-files':
      return writeSettings(host, effect);
    case 'start-mongod':
      return startService();
    case 'restart-mongod':
      return restartService();
    case 'stop-mongod':
      return stopMongod(host);
    case 'clean-machine':
      return cleanMachine(host);
    case 'rotate-log':
      await rotateLog();
      return pruneLogs(host, KEPT_LOGS);
  }
}
