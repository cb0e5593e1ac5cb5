// What the leader of the routers tells their host: user, password, and where the routers are.

import { ROUTER, routerHostOf } from '../core/bags.ts';
import type { Bag, HostRelation, Observed } from '../core/observed.ts';
import { mongodPaths } from '../core/paths.ts';
import { nothing, type Plan, plan, together } from '../core/plan.ts';
import { statusesIn } from '../interfaces/client-status.ts';
import { type ClusterAccess, encodeRouterRequest, isAnswerTo, isAnswerToOne, routerRequest } from '../interfaces/config-server.ts';
import { encodeClientAnswer, isClear, routerPlaces, withdrawnCredentials } from '../interfaces/mongodb-client.ts';
import { CODES } from './client-grant.ts';
import { statusOf, tellClient } from './client-told.ts';
import { stayingUnits } from './facts.ts';
import { accessTo, answerTo } from './router-access.ts';
import { problemWithHost, requestOf } from './router-request.ts';

export function planHostClient(seen: Observed): Plan {
  const { juju } = seen;
  if (!juju.leader || juju.dying || juju.hosts.length === 0) return nothing;
  return together([
    // First, for what answers a host in another version of the interface stands where the new answer goes.
    ...juju.hosts.filter(host => host.withdrawn).map(withdrawn),
    ...juju.hosts.filter(host => !host.withdrawn).map(host => toldTo(seen, host)),
    toldProblems(seen),
    plan({ effects: juju.staleSecrets.map(id => ({ do: 'remove-secret', id })) }),
  ]);
}

/** What is not granted, here or by the config server. */
function toldProblems({ context, juju: { hosts, configServer } }: Observed): Plan {
  const [host] = hosts;
  if (host === undefined) return nothing;
  const own = hosts.flatMap(one => (one.withdrawn ? [] : (problemWithHost(one) ?? [])));
  const statuses = [...own.map(problem => statusOf({ problem, code: CODES.request })), ...statusesIn(configServer?.remote ?? {})];
  return tellClient(context, host, statuses);
}

function toldTo(seen: Observed, host: HostRelation): Plan {
  const { configServer } = seen.juju;
  const answer = configServer && answerTo(configServer, host);
  const access = configServer && accessTo(configServer, host);
  if (answer === undefined || access === undefined) return answer?.remote['secret-user'] === undefined ? retracted(host) : nothing;
  const request = requestOf(host);
  if (request === undefined) return nothing;
  const isAnswered =
    host.requestId === undefined
      ? isAnswerTo(answer.remote, encodeRouterRequest(request, host.id))
      : isAnswerToOne(answer.remote, routerRequest(host.remote, host.id));
  // The config server has not yet seen what the host asks for now, or even that it is another host.
  if (!isAnswered) return nothing;
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
  const { id, endpoint, own, databag, published: held, remote } = host;
  const request = host.requestId === undefined ? {} : { requestId: host.requestId };
  // One that takes its password in clear acts on a new one only where it has seen the old one go.
  if (host.remembers) return nothing;
  if (isClear(own) && own.password !== access.password)
    return plan({ effects: [{ do: 'publish', relation: id, endpoint, own: databag, clear: withdrawnCredentials(own), secrets: {} }] });
  const answer = { ...access, replset: '', hosts: [], request: remote, router: routerPlaces(places, access) };
  const { clear, secrets } = encodeClientAnswer(answer);
  const content: Bag = Object.assign({}, ...Object.values(secrets));
  const groups = Object.keys(secrets).map(group => `secret-${group}`);
  // What it wants otherwise now, such as in a secret, does not stay where it was.
  const old = CREDENTIALS.filter(key => own[key] !== undefined && clear[key] === undefined && !groups.includes(key));
  const same = old.length === 0 && holds(own, clear) && holds(held, content) && groups.every(key => own[key] !== undefined);
  if (same) return nothing;
  return plan({
    effects: [{ do: 'publish', relation: id, ...request, endpoint, own: databag, clear: { ...clear, ...emptied(old) }, secrets }],
  });
}

const holds = (bag: Bag, wanted: Bag): boolean => Object.entries(wanted).every(([key, value]) => bag[key] === value);

/** Whatever lets the host in. What it had asked for stays. */
const CREDENTIALS = ['secret-user', 'secret-entity', 'username', 'password', 'uris', 'entity-name', 'entity-password', 'endpoints'];

function retracted(host: HostRelation): Plan {
  const { id, requestId, endpoint, own, databag } = host;
  if (requestId !== undefined) return withdrawn(host);
  const old = CREDENTIALS.filter(key => own[key] !== undefined);
  if (old.length === 0) return nothing;
  return plan({ effects: [{ do: 'publish', relation: id, endpoint, own: databag, clear: emptied(old), secrets: {} }] });
}

function withdrawn({ id, requestId, own, databag }: HostRelation): Plan {
  if (Object.keys(own).length === 0) return nothing;
  return plan({ effects: [{ do: 'withdraw', relation: id, ...(requestId === undefined ? {} : { requestId }), own: databag }] });
}

const emptied = (keys: readonly string[]): Bag => Object.fromEntries(keys.map(key => [key, '']));
