// What a hook does to the state around it: `prepareHook` when it starts, `finishHook` when it ended well (or is taken as done).
// Preparing twice is the same as once, so that a hook that failed or was cut off can simply be started again.

import { setNextRotation } from '../secret-values.ts';
import type { AgentRelation, HookInfo, Model, Unit } from '../state.ts';
import { configHashOf } from './next-step.ts';
import { addressOfUnit, leaveScope, syncNetworkValues } from './scope.ts';
import { expireKey, rotateKey, rotationDueOf } from './secret-events.ts';
import { releaseStorage } from './storage.ts';
import { updateStatusAfter } from './times.ts';

export type SetStatus = (unit: Unit, status: string, message: string) => void;

const secretRetryMs = 5 * 60_000;

/** Notes what the unit knows from this hook on. */
export const prepareHook = (model: Model, unit: Unit, hook: HookInfo, setStatus: SetStatus): void => {
  const { agent } = unit;
  const application = model.applications[unit.application]!;
  if (hook.relation) prepareRelationHook(model, unit, hook);
  switch (hook.name) {
    case 'install':
      if (!unit.workloadSetByCharm) setStatus(unit, 'maintenance', 'installing charm software');
      break;
    case 'config-changed':
      agent.configHash = configHashOf(model, unit);
      break;
    case 'leader-elected':
    case 'leader-settings-changed':
      agent.leaderSettingsVersion = application.leaderSettings.version;
      break;
    case 'stop':
      setStatus(unit, 'maintenance', 'stopping charm software');
      break;
    case 'remove':
      setStatus(unit, 'maintenance', 'cleaning up prior to charm deletion');
      break;
    case 'secret-changed': {
      const secret = secretOf(model, hook) ?? model.remoteSecrets[secretIdOf(hook)];
      if (secret) agent.secretChanged[secret.id] = secret.latest;
      break;
    }
  }
};

/**
 * Notes that the hook is done.
 * @param random between 0 and 1, spreads update-status.
 */
export const finishHook = (model: Model, unit: Unit, hook: HookInfo, setStatus: SetStatus, now: string, random: number): void => {
  const { agent } = unit;
  delete agent.pending;
  switch (hook.name) {
    case 'install':
      agent.installed = true;
      break;
    case 'config-changed':
      syncNetworkValues(model, unit, addressOfUnit(model, unit));
      break;
    case 'start':
      agent.started = true;
      if (!unit.workloadSetByCharm) setStatus(unit, 'unknown', '');
      agent.nextUpdateStatus = updateStatusAfter(model, now, random);
      break;
    case 'stop':
      agent.started = false;
      agent.stopped = true;
      break;
    case 'remove':
      agent.removed = true;
      setStatus(unit, 'terminated', '');
      break;
    case 'leader-elected':
      agent.leaderSeen = true;
      break;
    case 'upgrade-charm':
      agent.configHash = '';
      agent.leaderSettingsVersion = -1;
      break;
    case 'update-status':
      agent.lastUpdateStatus = now;
      agent.nextUpdateStatus = updateStatusAfter(model, now, random);
      break;
  }
  if (hook.kind === 'relation' && hook.name.endsWith('-relation-broken')) leaveBrokenRelation(model, unit, hook);
  if (hook.kind === 'storage') finishStorageHook(model, unit, hook);
  if (hook.kind === 'secret') finishSecretHook(model, unit, hook, now);
};

/** What an agent forgets when it restarts: a unit that does not lead gets leader-settings-changed once more. */
export const restartAgent = ({ agent }: Unit): void => {
  agent.leaderSettingsVersion = -1;
};

/** What a reboot of the machine does to the agent of one of its units: it restarts, and runs the start hook. */
export const rebootAgent = (unit: Unit): void => {
  restartAgent(unit);
  unit.agent.started = false;
};

/** What an agent knows of a relation before its first hook. */
export const newAgentRelation = (): AgentRelation => ({ created: true, broken: false, applicationVersion: 0, members: {} });

const prepareRelationHook = (model: Model, unit: Unit, hook: HookInfo): void => {
  const { id, remoteApplication, remoteUnit } = hook.relation!;
  const relation = model.relations[id];
  unit.agent.relations[id] ??= newAgentRelation();
  const known = unit.agent.relations[id];
  const version = relation?.units[remoteUnit]?.version ?? 0;
  if (hook.name.endsWith('-relation-joined')) known.members[remoteUnit] = { version, joined: true, changedDue: true };
  else if (hook.name.endsWith('-relation-departed')) delete known.members[remoteUnit];
  else if (hook.name.endsWith('-relation-broken')) known.broken = true;
  else if (hook.name.endsWith('-relation-changed')) {
    if (remoteUnit === '') known.applicationVersion = relation?.applications[remoteApplication]?.version ?? 0;
    else if (known.members[remoteUnit]) known.members[remoteUnit] = { version, joined: true, changedDue: false };
  }
};

const leaveBrokenRelation = (model: Model, unit: Unit, hook: HookInfo): void => {
  const relation = model.relations[hook.relation!.id];
  if (relation === undefined) return;
  leaveScope(relation, unit.name);
  // Of a relation that was suspended nothing is left: once resumed, it is new to the unit.
  if (relation.life === 'alive' && unit.life === 'alive') delete unit.agent.relations[relation.id];
};

const finishStorageHook = (model: Model, unit: Unit, hook: HookInfo): void => {
  const { id } = hook.storage!;
  const attached = unit.agent.storageAttached.filter(one => one !== id);
  if (hook.name.endsWith('-storage-attached')) attached.push(id);
  else if (model.storage[id]) releaseStorage(model.storage[id], unit);
  unit.agent.storageAttached = attached;
};

const finishSecretHook = (model: Model, unit: Unit, hook: HookInfo, now: string): void => {
  const secret = secretOf(model, hook);
  if (secret === undefined) return;
  const { agent } = unit;
  const again = new Date(Date.parse(now) + secretRetryMs).toISOString();
  if (hook.name === 'secret-remove') agent.secretRemoved.push(`${secret.id}/${hook.secret!.revision}`);
  else if (hook.name === 'secret-expired') {
    if (secret.latest === hook.secret!.revision) agent.secretRetry[expireKey(secret)] = again;
  } else if (hook.name === 'secret-rotate') {
    const due = rotationDueOf(secret);
    if (due === undefined) return;
    // A new revision counts as rotated; otherwise the charm is asked again.
    if (secret.latest > (hook.secret!.newest ?? 0)) {
      setNextRotation(secret, now);
      delete agent.secretRetry[rotateKey(secret)];
    } else if (due <= now) agent.secretRetry[rotateKey(secret)] = again;
  }
};

const secretOf = (model: Model, hook: HookInfo) => model.secrets[secretIdOf(hook)];

/** Of `secret:<id>`, `secret://<model>/<id>`, or the id itself. */
const secretIdOf = (hook: HookInfo): string => (hook.secret?.id ?? '').replace(/^.*[:/]/, '');
