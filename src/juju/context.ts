// The environment of a hook → Context.
import type { Context } from '../core/context.ts';
import { bareSecretId, STORAGE } from '../core/names.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** @throws when the environment is not that of a hook. */
export function readContext(env: Env): Context {
  const unit = env.JUJU_UNIT_NAME;
  const charmFolder = env.JUJU_CHARM_DIR;
  if (!unit || !charmFolder) throw new Error('this program is a charm: Juju runs it, with JUJU_UNIT_NAME and JUJU_CHARM_DIR set');
  const hook = env.JUJU_HOOK_NAME ?? '';
  const at = charmFolder.indexOf('/var/lib/juju/');
  return {
    unit,
    app: unit.slice(0, unit.lastIndexOf('/')),
    hook,
    ...(env.JUJU_ACTION_NAME ? { action: env.JUJU_ACTION_NAME } : {}),
    ...ofRelation(hook, env),
    ...(hook === `${STORAGE}-storage-detaching` && env.JUJU_STORAGE_ID ? { detaching: env.JUJU_STORAGE_ID } : {}),
    ...(hook === 'secret-remove' ? ofSecret(env) : {}),
    ...(hook === 'secret-rotate' && env.JUJU_SECRET_ID ? { rotating: bareSecretId(env.JUJU_SECRET_ID) } : {}),
    charmFolder,
    root: at < 0 ? '' : charmFolder.slice(0, at),
  };
}

function ofRelation(hook: string, env: Env): Pick<Context, 'relation' | 'telling' | 'breaking' | 'departing'> {
  const id = relationNumber(env.JUJU_RELATION_ID);
  const relation = id === undefined ? {} : { relation: id };
  if (hook.endsWith('-relation-broken') && id !== undefined) return { ...relation, breaking: id };
  if (hook.endsWith('-relation-changed') && env.JUJU_REMOTE_UNIT) return { ...relation, telling: env.JUJU_REMOTE_UNIT };
  return hook.endsWith('-relation-departed') && env.JUJU_DEPARTING_UNIT ? { ...relation, departing: env.JUJU_DEPARTING_UNIT } : relation;
}

/** Juju writes the id as `database:7`. */
function relationNumber(text: string | undefined): number | undefined {
  const number = Number(text?.slice(text.lastIndexOf(':') + 1) || Number.NaN);
  return Number.isInteger(number) ? number : undefined;
}

function ofSecret(env: Env): Pick<Context, 'obsolete'> {
  const revision = Number(env.JUJU_SECRET_REVISION || Number.NaN);
  return env.JUJU_SECRET_ID && Number.isInteger(revision) ? { obsolete: { secret: bareSecretId(env.JUJU_SECRET_ID), revision } } : {};
}
