// How each service of the snap is started on a local machine, and why one cannot be.
import { readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { findProgram } from './binaries.ts';
import { limited } from './full-disk.ts';
import type { MachineState, ServiceName } from './machine-state.ts';
import { mongodArguments } from './mongod-command.ts';
import { findRouter, mongosArguments } from './mongos-command.ts';
import { type Launch, marker } from './processes.ts';
import { outputOf, type SnapFolders, snapName } from './snap-folders.ts';

const largestOutput = 10_000_000;
const exporterPort = 9216;

/** Why a service cannot run on this computer, or undefined when it can. */
export const whyMissing = async (service: ServiceName): Promise<string | undefined> => {
  if (service === 'mongod') return undefined; // the snap is not installed without one
  if (service === 'mongos') {
    const found = await findRouter();
    return 'missing' in found ? `the local machine has no router: ${found.missing}` : undefined;
  }
  const program = programOf(service);
  return (await findProgram(program)) === undefined ? `the local machine has no ${program}: it is not in PATH` : undefined;
};

/**
 * Words, environment and output of a service, with the files as they are now.
 * @throws {Error} when its program is not there.
 */
export const prepareLaunch = async (folders: SnapFolders, state: MachineState, service: ServiceName, address: string): Promise<Launch> => {
  const environment = readEnvironment(await readFile(folders.environmentFile, 'utf8').catch(() => ''));
  const output = outputOf(folders, service);
  const size = (await stat(output).catch(() => undefined))?.size ?? 0;
  if (size > largestOutput) await rename(output, `${output}.1`);
  const { env, ...program } = await words(folders, state, service, address, environment);
  return {
    ...(state.diskLimited ? limited(program.command, program.args) : program),
    cwd: folders.data,
    output,
    env: {
      PATH: process.env.PATH ?? '',
      ...(process.env.LD_LIBRARY_PATH === undefined ? {} : { LD_LIBRARY_PATH: process.env.LD_LIBRARY_PATH }),
      ...environment,
      ...env,
      HOME: folders.temporary,
      SNAP: folders.mount,
      SNAP_DATA: folders.data,
      SNAP_COMMON: folders.common,
      SNAP_NAME: snapName,
      [marker]: `${folders.root}/${service}`,
    },
  };
};

type Words = { command: string; args: string[]; env?: Record<string, string> };

const words = async (
  folders: SnapFolders,
  state: MachineState,
  service: ServiceName,
  address: string,
  environment: Record<string, string>,
): Promise<Words> => {
  const setting = (name: string) => String(state.settings[snapName]?.[name] ?? '');
  if (service === 'mongod') {
    return { command: join(folders.mount, 'usr', 'bin', 'mongod'), args: await mongodArguments(folders, address, environment) };
  }
  if (service === 'mongos') {
    const found = await findRouter();
    if ('missing' in found) throw new Error(found.missing);
    return { command: join(folders.mount, 'usr', 'bin', 'mongos'), args: await mongosArguments(folders, address, environment, found) };
  }
  const program = programOf(service);
  const command = await findProgram(program);
  if (command === undefined) throw new Error(`there is no ${program} in PATH`);
  return service === 'pbm-agent'
    ? { command, args: [], env: { PBM_MONGODB_URI: setting('pbm-uri') } }
    : {
        command,
        args: ['--collector.diagnosticdata', '--compatible-mode', `--web.listen-address=${address}:${exporterPort}`],
        env: { MONGODB_URI: setting('monitor-uri') },
      };
};

const programOf = (service: 'mongodb-exporter' | 'pbm-agent'): string => (service === 'pbm-agent' ? service : 'mongodb_exporter');

/** Variables of /etc/environment, read as pam_env does: lines `NAME=value`, with `export` and quotes around the value allowed. */
export const readEnvironment = (text: string): Record<string, string> => {
  const variables: Record<string, string> = {};
  for (const line of text.split('\n')) {
    const match = /^\s*(?:export\s+)?([A-Za-z_]\w*)=(.*?)\s*$/.exec(line);
    if (match === null) continue;
    const [, name = '', value = ''] = match;
    variables[name] = /^(["']).*\1$/.test(value) ? value.slice(1, -1) : value;
  }
  return variables;
};
