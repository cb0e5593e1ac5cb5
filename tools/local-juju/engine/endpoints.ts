// Finding the two endpoints that `juju integrate a b` means, and the relation that `juju remove-relation a b` means.
import { JujuError } from '../contract.ts';
import type { Charm, Model, Relation, RelationEndpoint } from '../state.ts';

type Pair = { requirer: RelationEndpoint; provider: RelationEndpoint };

/**
 * Infers the endpoints; the implicit juju-info counts only if nothing else fits, or when it is named.
 * @returns requirer first. @throws {JujuError}
 */
export const inferEndpoints = (model: Model, one: string, other: string): [RelationEndpoint, RelationEndpoint] => {
  const left = candidates(model, one);
  const right = candidates(model, other);
  const pairs = left.flatMap(a => right.flatMap(b => pairOf(a, b) ?? []));
  const explicit = pairs.filter(pair => !pair.provider.implicit);
  const found = explicit.length > 0 ? explicit : pairs;
  if (found.length === 0) throw new JujuError('no relations found');
  if (found.length > 1) {
    const keys = found.map(pair => `"${keyOf(pair.requirer, pair.provider)}"`).sort();
    throw new JujuError(`ambiguous relation: "${one} ${other}" could refer to ${keys.join('; ')}`);
  }
  return [found[0]!.requirer, found[0]!.provider];
};

/** `req:db prov:database`: the requirer first; a peer relation has one side. */
export const keyOf = (requirer: RelationEndpoint, provider?: RelationEndpoint): string =>
  [requirer, provider].flatMap(side => (side ? [`${side.application}:${side.name}`] : [])).join(' ');

/** The relation that two endpoints (each "app" or "app:endpoint") name. @throws {JujuError} */
export const findRelation = (model: Model, one: string, other: string): Relation => {
  const matches = Object.values(model.relations).filter(relation => {
    const [a, b] = relation.endpoints;
    if (a === undefined) return false;
    const second = b ?? a;
    return (names(one, a) && names(other, second)) || (names(one, second) && names(other, a));
  });
  const [first] = matches;
  if (first === undefined) {
    for (const word of [one, other]) candidates(model, word);
    throw new JujuError(`relation matching "${one} ${other}" not found (not found)`);
  }
  if (matches.length > 1) {
    const keys = matches.map(relation => `"${relation.key}"`).sort();
    throw new JujuError(`ambiguous relation: "${one} ${other}" could refer to ${keys.join('; ')}`);
  }
  return first;
};

/** @throws {JujuError} when a limit would be exceeded. */
export const checkLimits = (model: Model, key: string, sides: readonly RelationEndpoint[]): void => {
  for (const side of sides) {
    if (side.limit === 0) continue;
    const used = Object.values(model.relations).filter(relation =>
      relation.endpoints.some(endpoint => endpoint.application === side.application && endpoint.name === side.name),
    ).length;
    if (used < side.limit) continue;
    throw new JujuError(
      `cannot add relation "${key}": establishing a new relation for ${side.application}:${side.name} would exceed its maximum relation limit of ${side.limit} (quota limit exceeded)`,
    );
  }
};

/** The endpoints of an application, the implicit one included. */
export const endpointsOf = (charm: Charm, application: string): RelationEndpoint[] => [
  ...Object.values(charm.endpoints).map(endpoint => ({ ...endpoint, application, implicit: false })),
  ...(charm.endpoints['juju-info'] === undefined
    ? [
        {
          name: 'juju-info',
          role: 'provider' as const,
          interface: 'juju-info',
          scope: 'global' as const,
          limit: 0,
          optional: false,
          application,
          implicit: true,
        },
      ]
    : []),
];

const candidates = (model: Model, word: string): RelationEndpoint[] => {
  const [name = '', endpoint] = word.split(':');
  const application = model.applications[name];
  const remote = model.remoteApplications[name];
  if (application === undefined && remote === undefined) throw new JujuError(`application "${name}" not found (not found)`);
  const all =
    application === undefined
      ? remote!.endpoints.map(one => ({ ...one, application: name, implicit: false }))
      : endpointsOf(model.charms[application.charm]!, name);
  if (endpoint === undefined || endpoint === '') return all;
  const found = all.filter(one => one.name === endpoint);
  if (found.length === 0) throw new JujuError(`application "${name}" has no "${endpoint}" relation`);
  return found;
};

const pairOf = (one: RelationEndpoint, other: RelationEndpoint): Pair | undefined => {
  if (one.application === other.application || one.interface !== other.interface) return undefined;
  if (one.role === 'requirer' && other.role === 'provider') return { requirer: one, provider: other };
  if (one.role === 'provider' && other.role === 'requirer') return { requirer: other, provider: one };
  return undefined;
};

const names = (word: string, endpoint: RelationEndpoint): boolean => {
  const [application, name] = word.split(':');
  return application === endpoint.application && (name === undefined || name === '' || name === endpoint.name);
};
