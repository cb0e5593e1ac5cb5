// The environment of a hook: exactly what Juju exports, nothing of ours but the tail of PATH.
import { delimiter, join } from 'node:path';
import type { HookInfo, Model, Unit } from '../state.ts';
import { agentFolder, toolsFolder } from './units.ts';

/** @see https://documentation.ubuntu.com/juju the version whose behaviour this is. */
export const jujuVersion = '3.6.28';

export type Surroundings = { folder: string; commandFolder: string; apiAddress: string; path: string };

/** @param context the hook's JUJU_CONTEXT_ID. */
export const hookEnvironment = (
  model: Model,
  unit: Unit,
  hook: HookInfo,
  context: string,
  around: Surroundings,
): Record<string, string> => {
  const charm = join(agentFolder(around.folder, unit), 'charm');
  return {
    ...(hook.exec || hook.kind === 'run-commands'
      ? {}
      : { JUJU_DISPATCH_PATH: dispatchPath(hook), JUJU_HOOK_NAME: hook.action ? '' : hook.name }),
    JUJU_UNIT_NAME: unit.name,
    JUJU_MODEL_NAME: model.name,
    JUJU_MODEL_UUID: model.uuid,
    JUJU_CHARM_DIR: charm,
    CHARM_DIR: charm,
    JUJU_VERSION: jujuVersion,
    JUJU_CONTEXT_ID: context,
    JUJU_AGENT_SOCKET_ADDRESS: join(agentFolder(around.folder, unit), 'agent.socket'),
    JUJU_AGENT_SOCKET_NETWORK: 'unix',
    JUJU_API_ADDRESSES: around.apiAddress,
    JUJU_MACHINE_ID: unit.machine,
    JUJU_AVAILABILITY_ZONE: '',
    JUJU_PRINCIPAL_UNIT: unit.principal ?? '',
    JUJU_SLA: 'unsupported',
    CLOUD_API_VERSION: '',
    ...proxies(model),
    PATH: [toolsFolder(around.folder, unit), around.commandFolder, around.path].join(delimiter),
    LANG: 'C.UTF-8',
    TERM: 'tmux-256color',
    APT_LISTCHANGES_FRONTEND: 'none',
    DEBIAN_FRONTEND: 'noninteractive',
    ...ofHook(hook),
  };
};

/** `hooks/install` or `actions/get-primary`. */
export const dispatchPath = (hook: HookInfo): string => (hook.action ? `actions/${hook.action.name}` : `hooks/${hook.name}`);

/** The daemon's PATH without what a hook should not find: the repository's own development commands. */
export const cleanPath = (path: string): string => {
  const kept = path.split(delimiter).filter(folder => folder !== '' && !folder.endsWith(join('node_modules', '.bin')));
  return kept.length > 0 ? kept.join(delimiter) : '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
};

const ofHook = (hook: HookInfo): Record<string, string> => {
  const { relation, storage, secret, action, exec } = hook;
  return {
    ...(relation && {
      JUJU_RELATION: relation.endpoint,
      JUJU_RELATION_ID: `${relation.endpoint}:${relation.id}`,
      JUJU_REMOTE_APP: relation.remoteApplication,
      JUJU_REMOTE_UNIT: relation.remoteUnit,
      ...(relation.departingUnit === undefined ? {} : { JUJU_DEPARTING_UNIT: relation.departingUnit }),
    }),
    ...(storage && { JUJU_STORAGE_ID: storage.id, JUJU_STORAGE_KIND: storage.kind, JUJU_STORAGE_LOCATION: storage.location }),
    ...(secret && {
      JUJU_SECRET_ID: secret.id,
      JUJU_SECRET_LABEL: secret.label,
      ...(secret.revision === undefined ? {} : { JUJU_SECRET_REVISION: String(secret.revision) }),
    }),
    ...(action && { JUJU_ACTION_NAME: action.name, JUJU_ACTION_UUID: action.task, JUJU_ACTION_TAG: `action-${action.task}` }),
    ...(exec && { JUJU_ACTION_NAME: 'juju-exec', JUJU_ACTION_UUID: exec.task, JUJU_ACTION_TAG: `action-${exec.task}` }),
  };
};

const proxies = (model: Model): Record<string, string> => {
  const setting = (name: string, otherwise = ''): string => String(model.config[name] ?? otherwise);
  const legacy = ['http', 'https', 'ftp', 'no'].flatMap(kind => {
    const value = kind === 'no' && !legacySet(model) ? '' : setting(`${kind}-proxy`, kind === 'no' ? '127.0.0.1,localhost,::1' : '');
    const name = `${kind}_proxy`;
    return value === '' ? [] : [[name, value] as const, [name.toUpperCase(), value] as const];
  });
  return {
    JUJU_CHARM_HTTP_PROXY: setting('juju-http-proxy'),
    JUJU_CHARM_HTTPS_PROXY: setting('juju-https-proxy'),
    JUJU_CHARM_FTP_PROXY: setting('juju-ftp-proxy'),
    JUJU_CHARM_NO_PROXY: setting('juju-no-proxy', '127.0.0.1,localhost,::1'),
    ...Object.fromEntries(legacy),
  };
};

const legacySet = (model: Model): boolean => ['http', 'https', 'ftp'].some(kind => (model.config[`${kind}-proxy`] ?? '') !== '');
