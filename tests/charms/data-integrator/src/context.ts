// What Juju says about the running hook or action in its environment variables, read once.

export type Event =
  | { kind: 'relation-created' | 'relation-changed' | 'relation-broken'; relation: RelationEvent }
  | { kind: 'config-changed' | 'update-status' | 'get-credentials' | 'other' };
export type RelationEvent = { id: number; endpoint: string; remoteApplication: string };
export type Context = {
  unit: string;
  application: string;
  modelUuid: string;
  /** Whether this Juju has secrets at all: 3.0.3 and later. */
  secrets: boolean;
  event: Event;
};

/** @throws when a variable that Juju always sets is missing, that is outside a hook. */
export const readContext = (env: Readonly<Record<string, string | undefined>>): Context => {
  const unit = env.JUJU_UNIT_NAME;
  if (!unit) throw new Error('cannot run outside a hook: JUJU_UNIT_NAME is not set');
  return {
    unit,
    application: unit.slice(0, unit.lastIndexOf('/')),
    modelUuid: env.JUJU_MODEL_UUID ?? '',
    secrets: hasSecrets(env.JUJU_VERSION ?? ''),
    event: readEvent(env),
  };
};

const readEvent = (env: Readonly<Record<string, string | undefined>>): Event => {
  if (env.JUJU_ACTION_NAME) return { kind: env.JUJU_ACTION_NAME === 'get-credentials' ? 'get-credentials' : 'other' };
  const hook = env.JUJU_HOOK_NAME ?? '';
  const relation = readRelation(env);
  if (relation) {
    for (const kind of ['relation-created', 'relation-changed', 'relation-broken'] as const) {
      if (hook === `${relation.endpoint}-${kind}`) return { kind, relation };
    }
  }
  return hook === 'config-changed' || hook === 'update-status' ? { kind: hook } : { kind: 'other' };
};

const readRelation = (env: Readonly<Record<string, string | undefined>>): RelationEvent | undefined => {
  const [, endpoint, id] = /^(.+):(\d+)$/.exec(env.JUJU_RELATION_ID ?? '') ?? [];
  if (!endpoint || !id) return undefined;
  return { id: Number(id), endpoint, remoteApplication: env.JUJU_REMOTE_APP ?? '' };
};

const hasSecrets = (version: string): boolean => {
  const [major = 0, minor = 0, patch = 0] = version.split(/[.-]/).map(part => Number.parseInt(part, 10) || 0);
  return major > 3 || (major === 3 && (minor > 0 || patch >= 3));
};
