// Whose label a secret may have: an application shares its labels with each of its units, but two units may use the same one.
import type { Model, Secret } from '../state.ts';
import { applicationOfUnit } from './running.ts';

/** Why an owner cannot give the label to its secret; undefined if it can. */
export const ownerLabelTaken = (model: Model, id: string, owner: Secret['owner'], label: string): string | undefined => {
  const uses = usesOf(model, id, label);
  const tag = `"${owner.kind}-${owner.name.replaceAll('/', '-')}"`;
  if (uses.some(use => isOther(use, owner))) return `secret label "${label}" for ${tag} already exists`;
  const own = uses.find(use => use.kind === owner.kind && use.name === owner.name);
  return own && `secret label "${label}" for ${own.role} ${tag} already exists`;
};

/** Why a unit cannot give the label to a secret of others; undefined if it can. */
export const consumerLabelTaken = (model: Model, id: string, unit: string, label: string): string | undefined =>
  ownerLabelTaken(model, id, { kind: 'unit', name: unit }, label);

type Use = { role: 'owner' | 'consumer'; kind: Secret['owner']['kind']; name: string };

const usesOf = (model: Model, id: string, label: string): Use[] =>
  [...Object.values(model.secrets), ...Object.values(model.remoteSecrets)].flatMap(secret => {
    if (secret.id === id) return [];
    const consumers = Object.entries(secret.consumers).filter(([, consumer]) => consumer.label === label);
    return [
      ...('owner' in secret && secret.label === label ? [{ role: 'owner' as const, ...secret.owner }] : []),
      ...consumers.map(([name]) => ({ role: 'consumer' as const, kind: 'unit' as const, name })),
    ];
  });

/** The other side: a unit for its application, the application for its unit. */
const isOther = (use: Use, owner: Secret['owner']): boolean =>
  owner.kind === 'application'
    ? use.kind === 'unit' && applicationOfUnit(use.name) === owner.name
    : use.kind === 'application' && use.name === applicationOfUnit(owner.name);
