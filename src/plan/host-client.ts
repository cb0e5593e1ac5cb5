// What the leader of the routers tells their host: user, password, and where the routers are.

import { ROUTER, routerHostOf } from '../core/bags.ts';
import type { Bag, HostRelation, Observed } from '../core/observed.ts';
import { mongodPaths } from '../core/paths.ts';
import { nothing, type Plan, plan } from '../core/plan.ts';
import { type ClusterAccess, decodeRouterAnswer, encodeRouterRequest, isAnswerTo } from '../interfaces/config-server.ts';
import { encodeClientAnswer, isClear, routerPlaces, withdrawnCredentials } from '../interfaces/mongodb-client.ts';
import { stayingUnits } from './facts.ts';
import { requestOf } from './router-request.ts';

export function planHostClient(seen: Observed): Plan {
  const { juju } = seen;
  if (!juju.leader || juju.dying || juju.host === undefined) return nothing;
  const stale = plan({ effects: juju.staleSecrets.map(id => ({ do: 'remove-secret', id })) });
  const told = toldTo(seen, juju.host);
  return { ...told, effects: [...told.effects, ...stale.effects] };
}

function toldTo(seen: Observed, host: HostRelation): Plan {
  const { configServer } = seen.juju;
  const access = configServer && decodeRouterAnswer(configServer.remote, configServer.content);
  if (configServer === undefined || access === undefined)
    return configServer?.remote['secret-user'] === undefined ? retracted(host) : nothing;
  const request = requestOf(host);
  // The config server has not yet seen what the host asks for now, or even that it is another host.
  if (request === undefined || !isAnswerTo(configServer.remote, encodeRouterRequest(request, host.id))) return nothing;
  const places = request.external ? reachable(seen) : [mongodPaths(seen.context.root).routerSocket];
  // Until the first router is ready there is nothing to connect to.
  if (places.length === 0 || (host.own['secret-user'] === undefined && seen.router.kind !== 'open')) return nothing;
  return published(host, access, places);
}

/** Routers that are ready, by unit number. */
function reachable(seen: Observed): readonly string[] {
  const units = [...stayingUnits(seen)];
  const ready = units.filter(
    ([unit, { data }]) => data[ROUTER] !== undefined || (unit === seen.context.unit && seen.router.kind === 'open'),
  );
  return ready.map(([, { address }]) => routerHostOf(address));
}

function published(host: HostRelation, access: ClusterAccess, places: readonly string[]): Plan {
  const { id, endpoint, own, published: held, remote } = host;
  // One that takes its password in clear acts on a new one only where it has seen the old one go.
  if (host.remembers) return nothing;
  if (isClear(own) && own.password !== access.password)
    return plan({ effects: [{ do: 'publish', relation: id, endpoint, own, clear: withdrawnCredentials(own), secrets: {} }] });
  const answer = { ...access, replset: '', hosts: [], request: remote, router: routerPlaces(places, access) };
  const { clear, secrets } = encodeClientAnswer(answer);
  const content: Bag = Object.assign({}, ...Object.values(secrets));
  const groups = Object.keys(secrets).map(group => `secret-${group}`);
  // What it wants otherwise now, such as in a secret, does not stay where it was.
  const old = CREDENTIALS.filter(key => own[key] !== undefined && clear[key] === undefined && !groups.includes(key));
  const same = old.length === 0 && holds(own, clear) && holds(held, content) && groups.every(key => own[key] !== undefined);
  if (same) return nothing;
  return plan({ effects: [{ do: 'publish', relation: id, endpoint, own, clear: { ...clear, ...emptied(old) }, secrets }] });
}

const holds = (bag: Bag, wanted: Bag): boolean => Object.entries(wanted).every(([key, value]) => bag[key] === value);

/** Whatever lets the host in. What it had asked for stays. */
const CREDENTIALS = ['secret-user', 'secret-entity', 'username', 'password', 'uris', 'entity-name', 'entity-password', 'endpoints'];

function retracted({ id, endpoint, own }: HostRelation): Plan {
  const old = CREDENTIALS.filter(key => own[key] !== undefined);
  if (old.length === 0) return nothing;
  return plan({ effects: [{ do: 'publish', relation: id, endpoint, own, clear: emptied(old), secrets: {} }] });
}

const emptied = (keys: readonly string[]): Bag => Object.fromEntries(keys.map(key => [key, '']));
