// Offers as the commands print them: state in, shapes out. Pure.
import { connectionsOf } from '../../cross-model.ts';
import type { CharmEndpoint, Model, Offer, Relation } from '../../state.ts';
import { relationStatus } from '../status/relation-status.ts';
import type { EndpointInfo } from '../status/shape.ts';
import { controllerName } from '../version.ts';

export type Connection = {
  'source-model-uuid': string;
  username: string;
  'relation-id': number;
  endpoint: string;
  status: { current: string; message?: string };
  'ingress-subnets'?: string[];
};
export type OfferInfo = {
  application: string;
  store: string;
  charm: string;
  'offer-url': string;
  endpoints: Record<string, EndpointInfo>;
  connections?: Connection[];
  users: Record<string, { 'display-name': string; access: string }>;
};

/** There is one user, who may do everything. */
export const users = { admin: { 'display-name': 'admin', access: 'admin' } };

export function describeOffer(model: Model, offer: Offer): OfferInfo {
  const connections = connectionsOf(model, offer).map(relation => describeConnection(model, offer, relation));
  return {
    application: offer.application,
    store: controllerName,
    charm: model.applications[offer.application]?.charm ?? '',
    'offer-url': `admin/${model.name}.${offer.name}`,
    endpoints: endpointsInfo(offeredEndpoints(model, offer)),
    ...(connections.length === 0 ? {} : { connections }),
    users,
  };
}

export function offeredEndpoints(model: Model, offer: Offer): CharmEndpoint[] {
  const { endpoints = {} } = model.charms[model.applications[offer.application]?.charm ?? ''] ?? {};
  return [...offer.endpoints].sort().flatMap(name => endpoints[name] ?? []);
}

export function endpointsInfo(endpoints: readonly CharmEndpoint[]): Record<string, EndpointInfo> {
  return Object.fromEntries(endpoints.map(({ name, interface: type, role }) => [name, { interface: type, role }]));
}

function describeConnection(model: Model, offer: Offer, relation: Relation): Connection {
  const own = relation.endpoints.find(endpoint => endpoint.application === offer.application);
  const remote = relation.endpoints.find(endpoint => endpoint.application !== offer.application);
  const subnets = Object.entries(relation.units)
    .filter(([unit, member]) => member.inScope && unit.startsWith(`${remote?.application}/`))
    .flatMap(([, member]) => (member.values['egress-subnets'] ?? '').split(','))
    .filter(subnet => subnet !== '');
  return {
    'source-model-uuid': relation.remote?.model ?? '',
    username: 'admin',
    'relation-id': relation.id,
    endpoint: own?.name ?? '',
    status: { current: relationStatus(model, relation), ...(relation.suspended ? { message: relation.suspended } : {}) },
    ...(subnets.length === 0 ? {} : { 'ingress-subnets': [...new Set(subnets)].sort() }),
  };
}
