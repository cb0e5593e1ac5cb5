// Host effects → the machine.
import type { HostEffect } from '../core/effects.ts';
import type { Service } from '../core/names.ts';
import { cleanMachine, type Host, install, pruneLogs, stopMongod, stopRouter, writeRouterSettings, writeSettings } from '../host/host.ts';
import { restartService, startService, stopService } from '../host/snaps.ts';
import type { Outcome } from './outcome.ts';

/** Log files that are kept besides the one being written. */
const KEPT_LOGS = 10;

/**
 * `rotateLog` lets a server begin a new file.
 * @throws when the snap cannot be installed: then the hook fails, and Juju runs it again.
 */
export async function applyHost(host: Host, effect: HostEffect, rotateLog: (of: Service) => Promise<void>): Promise<Outcome> {
  if (effect.do === 'install-snap') {
    await install(host, effect.revision);
    return { ok: true };
  }
  try {
    await applyOne(host, effect, rotateLog);
    return { ok: true };
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? error.message : String(error) };
  }
}

async function applyOne(
  host: Host,
  effect: Exclude<HostEffect, { do: 'install-snap' }>,
  rotateLog: (of: Service) => Promise<void>,
): Promise<void> {
  switch (effect.do) {
    case 'write-files':
      return writeSettings(host, effect);
    case 'start-mongod':
      await writeSettings(host, {}); // on another storage than before, the folders that mongod is to find are missing
      return startService('mongod');
    case 'restart-mongod':
      return restartService('mongod');
    case 'stop-mongod':
      return stopMongod(host);
    case 'clean-machine':
      return cleanMachine(host);
    case 'write-router-files':
      return writeRouterSettings(host, effect);
    case 'start-router':
      return startService('mongos');
    case 'halt-router':
      return stopService('mongos');
    case 'restart-router':
      return restartService('mongos');
    case 'stop-router':
      return stopRouter(host);
    case 'rotate-log':
      await rotateLog(effect.of);
      return pruneLogs(host, KEPT_LOGS);
  }
}
