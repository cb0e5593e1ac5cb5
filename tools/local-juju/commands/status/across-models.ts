// What `juju status` shows of other models: offers that this one consumes, and those that it makes. Pure.
import { connectionsOf } from '../../cross-model.ts';
import type { Model, RemoteApplication } from '../../state.ts';
import { endpointsInfo, offeredEndpoints } from '../offers/describe.ts';
import { naturally } from '../text/names.ts';
import { statusTime } from '../text/times.ts';
import { controllerName } from '../version.ts';
import { applicationStatus } from './application-status.ts';
import type { StatusOptions } from './describe.ts';
import { relationStatus } from './relation-status.ts';
import type { OfferInfo, RemoteApplicationInfo, Status } from './shape.ts';

type AcrossModels = Pick<Status, 'application-endpoints' | 'offers'>;

export function describeAcrossModels(model: Model, options: StatusOptions): AcrossModels {
  const remotes = Object.values(model.remoteApplications).sort((a, b) => naturally(a.name, b.name));
  const offers = Object.values(model.offers).sort((a, b) => naturally(a.name, b.name));
  return {
    ...(remotes.length === 0
      ? {}
      : { 'application-endpoints': Object.fromEntries(remotes.map(one => [one.name, describeRemote(model, one, options)])) }),
    ...(offers.length === 0 ? {} : { offers: Object.fromEntries(offers.map(one => [one.name, describeOffer(model, one.name)])) }),
  };
}

function describeRemote(model: Model, remote: RemoteApplication, options: StatusOptions): RemoteApplicationInfo {
  const relations: Record<string, string[]> = {};
  for (const relation of Object.values(model.relations)) {
    const own = relation.endpoints.find(endpoint => endpoint.application === remote.name);
    const other = relation.endpoints.find(endpoint => endpoint.application !== remote.name);
    if (own && other) relations[own.name] = [...(relations[own.name] ?? []), other.application].sort();
  }
  return {
    url: `${controllerName}:${remote.url}`,
    endpoints: endpointsInfo(remote.endpoints),
    ...(remote.life === 'alive' ? {} : { life: remote.life }),
    'application-status': statusOf(remote, Object.keys(relations).length > 0, options),
    ...(Object.keys(relations).length === 0 ? {} : { relations }),
  };
}

/** That of the offered application, once there is a relation with it. */
function statusOf(remote: RemoteApplication, related: boolean, options: StatusOptions): RemoteApplicationInfo['application-status'] {
  const time = (since: string) => statusTime(since, options.zone, options.utc);
  if (remote.terminated) return { current: 'terminated', message: 'offer has been removed', since: time(remote.created) };
  const offering = options.otherModel?.(remote.model);
  const offer = Object.values(offering?.offers ?? {}).find(one => one.id === remote.offer);
  const offered = offering?.applications[offer?.application ?? ''];
  if (!related || offering === undefined || offered === undefined) return { current: 'unknown', since: time(remote.created) };
  const { current, message, since } = applicationStatus(offering, offered);
  return { current, ...(message === '' ? {} : { message }), since: time(since) };
}

function describeOffer(model: Model, name: string): OfferInfo {
  const offer = model.offers[name]!;
  const connections = connectionsOf(model, offer);
  return {
    application: offer.application,
    charm: model.applications[offer.application]?.charm ?? '',
    'total-connected-count': connections.length,
    'active-connected-count': connections.filter(relation => relationStatus(model, relation) === 'joined').length,
    endpoints: endpointsInfo(offeredEndpoints(model, offer)),
  };
}
