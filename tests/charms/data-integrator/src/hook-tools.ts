// Juju's hook tools as functions. Runs the tools, knows nothing of databases.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type Values = Record<string, string>;
/** A relation as the tools name it, `<endpoint>:<id>`. */
export type RelationKey = { endpoint: string; id: number };

/** A hook tool that did not exit with 0; `message` holds what it wrote to stderr. */
export class HookToolError extends Error {
  /** Juju does not know the secret, or does not let this unit read it. */
  readonly isNoSecret: boolean;
  constructor(tool: string, stderr: string) {
    super(`${tool} failed: ${stderr.trim()}`);
    // Clients of Juju know such a secret by these texts alone.
    this.isNoSecret = /not found|permission denied/i.test(stderr);
  }
}

export const isLeader = (): Promise<boolean> => read('is-leader');

export const readConfig = (): Promise<Record<string, unknown>> => read('config-get');

export const relationIds = async (endpoint: string): Promise<RelationKey[]> => {
  const ids = await read<string[]>('relation-ids', endpoint);
  return ids.map(id => ({ endpoint, id: Number(id.slice(id.lastIndexOf(':') + 1)) }));
};

/** The application at the other end; undefined where Juju cannot say. */
export const remoteApplication = async (relation: RelationKey): Promise<string | undefined> =>
  (await read<string | null>('relation-list', '--app', '-r', key(relation))) || undefined;

export const remoteUnits = (relation: RelationKey): Promise<string[]> => read('relation-list', '-r', key(relation));

export const readApplicationBag = (relation: RelationKey, application: string): Promise<Values> =>
  read('relation-get', '-r', key(relation), '--app', '-', application);

export const readUnitBag = (relation: RelationKey, unit: string): Promise<Values> => read('relation-get', '-r', key(relation), '-', unit);

/** Writes keys of this unit's own bag, or of its application's; an empty value removes the key. */
export const writeBag = async (relation: RelationKey, whose: 'application' | 'unit', values: Values): Promise<void> => {
  const flags = whose === 'application' ? ['--app'] : [];
  await run('relation-set', ['-r', key(relation), ...flags, '--file', '-'], JSON.stringify(values));
};

/** @throws HookToolError, with `isNoSecret` where there is no such secret or label, or Juju refuses it. */
export const readSecret = (by: { uri?: string; label?: string; refresh?: boolean }): Promise<Values> =>
  read(
    'secret-get',
    ...(by.uri === undefined ? [] : [by.uri]),
    ...(by.label === undefined ? [] : ['--label', by.label]),
    ...(by.refresh ? ['--refresh'] : []),
  );

/** Adds a secret of the application and grants it to the relation. Returns its URI. */
export const addSecret = async (label: string, content: Values, relation: RelationKey): Promise<string> => {
  // The values travel through files, so that none is seen in the list of processes.
  const folder = await mkdtemp(join(tmpdir(), 'data-integrator-'));
  try {
    const words: string[] = [];
    for (const [name, value] of Object.entries(content)) {
      const file = join(folder, name);
      await writeFile(file, value, { mode: 0o600 });
      words.push(`${name}#file=${file}`);
    }
    const uri = (await run('secret-add', ['--label', label, '--owner', 'application', ...words])).trim();
    await run('secret-grant', ['--relation', key(relation), uri]);
    return uri;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

export const removeSecret = async (uri: string): Promise<void> => {
  await run('secret-remove', [uri]);
};

export const setStatus = async (status: { level: string; message: string }): Promise<void> => {
  await run('status-set', ['--application=False', status.level, '--', status.message]);
};

export const setActionResults = async (results: Values): Promise<void> => {
  await run(
    'action-set',
    Object.entries(results).map(([name, value]) => `${name}=${value}`),
  );
};

export const failAction = async (message: string): Promise<void> => {
  await run('action-fail', ['--', message]);
};

export const log = async (level: 'DEBUG' | 'INFO' | 'WARNING' | 'ERROR', message: string): Promise<void> => {
  await run('juju-log', ['--log-level', level, '--', message]);
};

const key = (relation: RelationKey): string => `${relation.endpoint}:${relation.id}`;

const read = async <Answer>(tool: string, ...args: string[]): Promise<Answer> =>
  JSON.parse(await run(tool, ['--format=json', ...args])) as Answer;

const run = (tool: string, args: readonly string[], input?: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = execFile(tool, args, { maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (error) reject(new HookToolError(tool, stderr || error.message));
      else resolve(stdout);
    });
    // A tool that refuses its arguments ends without reading; its exit code tells, not the broken pipe.
    child.stdin?.on('error', () => {});
    child.stdin?.end(input ?? '');
  });
