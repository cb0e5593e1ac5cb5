// The machine's `snap`: a stand-in for snapd that knows one snap, charmed-mongodb, and answers as snapd does.
import type { CommandReply } from './contract.ts';
import type { SnapHost, Verb } from './snap-host.ts';
import { install, refresh, remove } from './snap-packages.ts';
import { logs, restart, run, services, start, stop } from './snap-services.ts';
import { get, set, unset } from './snap-settings.ts';
import { info, list, version } from './snap-shows.ts';
import { SnapError } from './snap-words.ts';

const verbs: Readonly<Record<string, Verb>> = {
  get,
  info,
  install,
  list,
  logs,
  refresh,
  remove,
  restart,
  run,
  services,
  set,
  start,
  stop,
  unset,
  version,
};

// What snapd knows besides, so that it is not called unknown.
const others = `abort ack alias aliases auto-import buy changes check-snapshot component components connect connections create-cohort
  create-user debug disable disconnect download enable export-snapshot find forget help import-snapshot interface interfaces keys known
  login logout managed model okay pack prefer prepare-image quota quotas reboot recovery remodel remove-quota restore revert routine
  save saved set-quota sign switch tasks try unalias validate wait warnings watch whoami`.split(/\s+/);

/** Verbs that change nothing and so need not wait for one that does. */
export const onlyLooks = (verb: string | undefined): boolean =>
  ['get', 'info', 'list', 'logs', 'run', 'services', 'version'].includes(verb ?? '');

/** Runs one `snap …`. It never rejects for what the words asked: a refusal is exit code 1 and `error: …`. */
export const runSnap = async (host: SnapHost, words: readonly string[]): Promise<CommandReply> => {
  const [name, ...rest] = words;
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') return { code: 0, stdout: help(), stderr: '' };
  if (name === '--version') return runSnap(host, ['version']);
  try {
    const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
    if (verb === undefined) {
      throw new SnapError(
        others.includes(name) ? `this stand-in for snapd has no "${name}"` : `unknown command "${name}", see 'snap help'`,
      );
    }
    const { stdout = '', stderr = '' } = await verb(host, rest);
    return { code: 0, stdout, stderr };
  } catch (error) {
    return { code: 1, stdout: '', stderr: `error: ${error instanceof SnapError ? error.message : describe(error)}\n` };
  }
};

const describe = (error: unknown): string => `the stand-in for snapd failed: ${error instanceof Error ? error.message : String(error)}`;

const help = (): string =>
  `The snap command of this machine is a stand-in for snapd that knows one snap, charmed-mongodb.\n\nCommands: ${Object.keys(verbs).join(', ')}\n`;
