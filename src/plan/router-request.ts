// The leader of the routers hands on to the config server what their host asks for, as soon as it has asked.
import type { ConfigServerRelation, HostRelation, Observed } from '../core/observed.ts';
import { nothing, type Plan, plan } from '../core/plan.ts';
import { status } from '../core/status.ts';
import { encodeRouterRequest } from '../interfaces/config-server.ts';
import { type ClientRequest, decodeClientRequest } from '../interfaces/mongodb-client.ts';

export function planRouterRequest({ juju }: Observed): Plan {
  const { host, configServer } = juju;
  if (!juju.leader || juju.dying || host === undefined) return nothing;
  const request = decodeClientRequest(host.remote);
  if ('problem' in request)
    return plan({ unit: [status.badClient(host.app, request.problem)], app: [status.badClient(host.app, request.problem)] });
  const problem = problemOf(request);
  if (problem !== undefined) return plan({ unit: [status.badClient(host.app, problem)], app: [status.badClient(host.app, problem)] });
  return configServer === undefined ? nothing : handedOn(configServer, request, host.id);
}

/** A router is given one user for its host, and can hand on no more than that. */
function problemOf({ entityType, permissions, wishSecret }: ClientRequest): string | undefined {
  if (entityType === 'GROUP') return 'asks for an entity of type GROUP, which a router does not get; ask for USER';
  if (permissions.length > 0) return 'asks for entity-permissions, which a router does not get; ask for extra-user-roles';
  if (wishSecret !== undefined)
    return 'asks for a user by a name of its own, which a router does not get; leave requested-entity-secret out';
  return undefined;
}

/** What the host asks for; undefined while it has not asked, or what it asks cannot be understood. */
export function requestOf(host: HostRelation | undefined): ClientRequest | undefined {
  const request = decodeClientRequest(host?.remote ?? {});
  return 'problem' in request || problemOf(request) !== undefined || request.database === undefined ? undefined : request;
}

function handedOn({ id, endpoint, own }: ConfigServerRelation, request: ClientRequest, host: number): Plan {
  // Nothing is asked before the host has asked; what it takes back is taken back.
  if (request.database === undefined && own.database === undefined) return nothing;
  const clear = encodeRouterRequest(request, host);
  const stale = Object.entries(clear).some(([key, value]) => (own[key] ?? '') !== value);
  return stale ? plan({ effects: [{ do: 'publish', relation: id, endpoint, own, clear, secrets: {} }] }) : nothing;
}
