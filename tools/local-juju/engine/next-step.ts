// What a unit's agent does next. One pure function of the model, in the order in which Juju's uniter asks its resolvers.
import { createHash } from 'node:crypto';
import type { HookInfo, Model, Storage, Task, Unit } from '../state.ts';
import { nextRelationCreated, nextRelationHook } from './relation-events.ts';
import { addressOfUnit, scopesToEnter, subordinatesOf } from './scope.ts';
import { nextSecretHook } from './secret-events.ts';

export type NextStep =
  | { do: 'hook'; hook: HookInfo }
  | { do: 'task'; task: string } // an action or `juju exec`
  | { do: 'charm' } // bring the charm's files to the unit
  | { do: 'skip' } // a failed hook is to be taken as done
  | { do: 'enter-scopes' }
  | { do: 'die' }
  | { do: 'idle'; until?: string };

/** @param now ISO 8601 in UTC; the answer depends on it only where time matters (retries, update-status, secrets). */
export const nextStep = (model: Model, unit: Unit, now: string): NextStep => {
  const { agent } = unit;
  const application = model.applications[unit.application];
  if (application === undefined || unit.machine === '' || unit.life === 'dead') return { do: 'idle' };
  if (agent.charm === '') return unit.life === 'alive' ? { do: 'charm' } : { do: 'die' };
  if (agent.pending) return stepWithPending(model, unit, now);

  if (agent.installed) {
    if (!agent.started && !agent.stopped && agent.configHash !== '') return { do: 'hook', hook: lifecycle('start') };
    if (scopesToEnter(model, unit).length > 0) return { do: 'enter-scopes' };
    const hook = nextRelationCreated(model, unit) ?? nextAfterUpgrade(unit) ?? nextLeadershipHook(model, unit);
    if (hook) return { do: 'hook', hook };
  }
  const secret = agent.installed && unit.life === 'alive' ? nextSecretHook(model, unit, now) : {};
  if (secret.hook) return { do: 'hook', hook: secret.hook };
  const task = agent.installed ? nextTask(model, unit) : undefined;
  if (task) return { do: 'task', task: task.id };
  const storage = nextStorageHook(model, unit);
  if (storage) return { do: 'hook', hook: storage };
  return unit.life === 'alive' ? stepOfAlive(model, unit, now, secret.until) : stepOfDying(model, unit);
};

/** Of everything that config-changed tells the charm about. */
export const configHashOf = (model: Model, unit: Unit): string => {
  const application = model.applications[unit.application]!;
  const config = Object.entries(application.config).sort(([one], [other]) => (one < other ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([application.charm, config, application.trust, addressOfUnit(model, unit)]))
    .digest('hex');
};

export const retriesHooks = (model: Model): boolean => model.config['automatically-retry-hooks'] !== false;

const stepWithPending = (model: Model, unit: Unit, now: string): NextStep => {
  const pending = unit.agent.pending!;
  if (!pending.failed) return { do: 'hook', hook: pending.hook };
  const task = nextTask(model, unit);
  if (task) return { do: 'task', task: task.id };
  const application = model.applications[unit.application]!;
  if (application.forceCharm && unit.agent.charm !== application.charm) return { do: 'charm' };
  if (pending.resolved === 'no-retry' || (unit.force && unit.life !== 'alive')) return { do: 'skip' };
  if (pending.resolved === 'retry') return { do: 'hook', hook: pending.hook };
  if (pending.retryAt === undefined || !retriesHooks(model)) return { do: 'idle' };
  return pending.retryAt <= now ? { do: 'hook', hook: pending.hook } : { do: 'idle', until: pending.retryAt };
};

const stepOfAlive = (model: Model, unit: Unit, now: string, secretUntil: string | undefined): NextStep => {
  const { agent } = unit;
  if (!agent.installed) return { do: 'hook', hook: lifecycle('install') };
  if (agent.charm !== model.applications[unit.application]!.charm) return { do: 'charm' };
  if (agent.configHash !== configHashOf(model, unit)) return { do: 'hook', hook: lifecycle('config-changed') };
  const relation = nextRelationHook(model, unit);
  if (relation) return { do: 'hook', hook: relation };
  if (agent.nextUpdateStatus !== '' && agent.nextUpdateStatus <= now) return { do: 'hook', hook: lifecycle('update-status') };
  const until = [agent.nextUpdateStatus, secretUntil ?? ''].filter(time => time !== '').sort()[0];
  return { do: 'idle', ...(until === undefined ? {} : { until }) };
};

const stepOfDying = (model: Model, unit: Unit): NextStep => {
  const { agent } = unit;
  const relation = nextRelationHook(model, unit);
  if (relation) return { do: 'hook', hook: relation };
  if (agent.started) return { do: 'hook', hook: lifecycle('stop') };
  if (agent.installed && !agent.removed) return { do: 'hook', hook: lifecycle('remove') };
  return subordinatesOf(model, unit.name).length > 0 ? { do: 'idle' } : { do: 'die' };
};

// After upgrade-charm nothing comes before config-changed.
const nextAfterUpgrade = (unit: Unit): HookInfo | undefined =>
  unit.life === 'alive' && unit.agent.started && unit.agent.configHash === '' ? lifecycle('config-changed') : undefined;

const nextLeadershipHook = (model: Model, unit: Unit): HookInfo | undefined => {
  if (unit.life !== 'alive') return undefined;
  const application = model.applications[unit.application]!;
  if (application.leader === unit.name) return unit.agent.leaderSeen ? undefined : lifecycle('leader-elected');
  return unit.agent.leaderSettingsVersion === application.leaderSettings.version ? undefined : lifecycle('leader-settings-changed');
};

const nextTask = (model: Model, unit: Unit): Task | undefined =>
  Object.values(model.tasks)
    .filter(task => task.unit === unit.name && task.status === 'pending')
    .sort((one, other) => Number(one.id) - Number(other.id))[0];

const nextStorageHook = (model: Model, unit: Unit): HookInfo | undefined => {
  const storages = Object.values(model.storage)
    .filter(storage => storage.owner === unit.name)
    .sort((one, other) => one.number - other.number);
  const going = storages.find(
    one => unit.agent.storageAttached.includes(one.id) && (unit.life !== 'alive' || one.life !== 'alive' || one.detaching),
  );
  if (going) return storageHook(going, 'detaching');
  const coming = storages.find(
    one => !unit.agent.storageAttached.includes(one.id) && unit.life === 'alive' && one.life === 'alive' && !one.detaching,
  );
  return coming && storageHook(coming, 'attached');
};

const storageHook = (storage: Storage, kind: 'attached' | 'detaching'): HookInfo => ({
  name: `${storage.name}-storage-${kind}`,
  kind: 'storage',
  storage: { id: storage.id, kind: storage.kind, location: storage.location },
});

const lifecycle = (name: string): HookInfo => ({ name, kind: 'lifecycle' });
