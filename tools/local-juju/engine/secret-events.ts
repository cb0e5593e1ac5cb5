// Which secret hook a unit runs next, and when the next one falls due. Order as in Juju: expired, rotate, changed, remove.
import type { HookInfo, Model, Secret, Unit } from '../state.ts';

/** A hook that is due now, or the earliest time at which one will be. */
export const nextSecretHook = (model: Model, unit: Unit, now: string): { hook?: HookInfo; until?: string } => {
  const secrets = Object.values(model.secrets).sort((one, other) => (one.id < other.id ? -1 : 1));
  const owned = secrets.filter(secret => isManagedBy(model, secret, unit));
  let until: string | undefined;
  const isDue = (time: string): boolean => {
    if (time <= now) return true;
    if (until === undefined || time < until) until = time;
    return false;
  };

  for (const secret of owned) {
    const revision = secret.revisions.find(one => one.revision === secret.latest);
    const expires = revision?.expiryDue ?? revision?.expires;
    if (expires === undefined) continue;
    if (isDue(later(expires, unit.agent.secretRetry[expireKey(secret)]))) {
      return { hook: secretHook('secret-expired', secret, secret.label, secret.latest) };
    }
  }
  for (const secret of owned) {
    const due = rotationDueOf(secret);
    if (secret.rotate === 'never' || due === undefined) continue;
    if (isDue(later(due, unit.agent.secretRetry[rotateKey(secret)]))) {
      const hook = secretHook('secret-rotate', secret, secret.label);
      return { hook: { ...hook, secret: { ...hook.secret!, newest: secret.latest } } };
    }
  }
  for (const secret of secrets) {
    const consumer = secret.consumers[unit.name];
    if (consumer === undefined || consumer.tracked >= secret.latest) continue;
    if ((unit.agent.secretChanged[secret.id] ?? 0) >= secret.latest || !mayRead(secret, unit)) continue;
    return { hook: secretHook('secret-changed', secret, consumer.label || secret.label) };
  }
  for (const { id, model: source, latest, consumers } of Object.values(model.remoteSecrets)) {
    const consumer = consumers[unit.name];
    if (consumer === undefined || consumer.tracked >= latest || (unit.agent.secretChanged[id] ?? 0) >= latest) continue;
    return { hook: { name: 'secret-changed', kind: 'secret', secret: { id: `secret://${source}/${id}`, label: consumer.label } } };
  }
  for (const secret of owned) {
    const obsolete = secret.revisions.find(
      one =>
        one.revision !== secret.latest &&
        !isTracked(secret, one.revision) &&
        !unit.agent.secretRemoved.includes(`${secret.id}/${one.revision}`),
    );
    if (obsolete) return { hook: secretHook('secret-remove', secret, secret.label, obsolete.revision) };
  }
  return until === undefined ? {} : { until };
};

export const expireKey = (secret: Secret): string => `expire ${secret.id}/${secret.latest}`;
/** When the secret is to be rotated, time that was let pass included. */
export const rotationDueOf = (secret: Secret): string | undefined => secret.rotationDue ?? secret.nextRotate;
export const rotateKey = (secret: Secret): string => `rotate ${secret.id}`;

/** The leader manages the application's secrets, each unit its own. */
export const isManagedBy = (model: Model, secret: Secret, unit: Unit): boolean =>
  secret.owner.kind === 'unit'
    ? secret.owner.name === unit.name
    : secret.owner.kind === 'application' &&
      secret.owner.name === unit.application &&
      model.applications[unit.application]?.leader === unit.name;

export const isTracked = (secret: Secret, revision: number): boolean =>
  Object.values(secret.consumers).some(consumer => consumer.tracked === revision);

const mayRead = (secret: Secret, unit: Unit): boolean =>
  (secret.owner.kind === 'application' && secret.owner.name === unit.application) ||
  (secret.owner.kind === 'unit' && secret.owner.name === unit.name) ||
  secret.grants.some(grant => grant.name === (grant.kind === 'unit' ? unit.name : unit.application));

const later = (time: string, other: string | undefined): string => (other !== undefined && other > time ? other : time);

const secretHook = (name: string, secret: Secret, label: string, revision?: number): HookInfo => ({
  name,
  kind: 'secret',
  // Odd but observed: secret-expired alone names the bare id.
  secret: { id: name === 'secret-expired' ? secret.id : `secret:${secret.id}`, label, ...(revision === undefined ? {} : { revision }) },
});
