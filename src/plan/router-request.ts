// The leader of the routers hands on to the config server what their host asks for, as soon as it has asked.
import type { Bag, ConfigServerRelation, HostRelation, Observed } from '../core/observed.ts';
import { nothing, type Plan, plan, together } from '../core/plan.ts';
import { status } from '../core/status.ts';
import { encodeRouterRequest, encodeRouterRequests } from '../interfaces/config-server.ts';
import { type ClientRequest, decodeClientRequest } from '../interfaces/mongodb-client.ts';

export function planRouterRequest({ juju }: Observed): Plan {
  const { configServer } = juju;
  const hosts = juju.hosts.filter(host => !host.withdrawn);
  if (!juju.leader || juju.dying || hosts.length === 0) return nothing;
  const problems = hosts.flatMap(host => {
    const problem = problemWithHost(host);
    return problem === undefined ? [] : [status.badClient(host.app, problem)];
  });
  const refused = plan({ unit: problems, app: problems });
  return configServer === undefined ? refused : together([handedOn(configServer, hosts), refused]);
}

/** A router is given users for its host, and can hand on no more than that. */
export function problemWithHost({ remote }: HostRelation): string | undefined {
  const request = decodeClientRequest(remote);
  if ('problem' in request) return request.problem;
  const { entityType, permissions, wishSecret } = request;
  if (entityType === 'GROUP') return 'asks for an entity of type GROUP, which a router does not get; ask for USER';
  if (permissions.length > 0) return 'asks for entity-permissions, which a router does not get; ask for extra-user-roles';
  if (wishSecret !== undefined)
    return 'asks for a user by a name of its own, which a router does not get; leave requested-entity-secret out';
  return undefined;
}

/** What the host asks for; undefined while it has not asked, or what it asks cannot be understood. */
export function requestOf(host: HostRelation): ClientRequest | undefined {
  const request = decodeClientRequest(host.remote);
  return 'problem' in request || host.withdrawn || problemWithHost(host) !== undefined || request.database === undefined
    ? undefined
    : request;
}

function handedOn({ id, endpoint, own }: ConfigServerRelation, hosts: readonly HostRelation[]): Plan {
  const clear = asked(own, hosts);
  const stale = Object.entries(clear).some(([key, value]) => (own[key] ?? '') !== value);
  return stale ? plan({ effects: [{ do: 'publish', relation: id, endpoint, own, clear, secrets: {} }] }) : nothing;
}

/** Nothing is asked before the host has asked; what it takes back is taken back, also what it asked in another version. */
function asked(own: Bag, hosts: readonly HostRelation[]): Bag {
  const granted = hosts.filter(host => requestOf(host) !== undefined);
  const [host] = hosts;
  const isLater = hosts.some(({ requestId }) => requestId !== undefined) || (own.requests !== undefined && granted.length === 0);
  if (isLater && host !== undefined) {
    const none = Object.fromEntries(Object.keys(encodeRouterRequest({ extraUserRoles: [] }, host.id)).map(key => [key, '']));
    return {
      ...none,
      ...encodeRouterRequests(
        granted.map(({ remote }) => remote),
        host.id,
      ),
    };
  }
  const request = host && decodeClientRequest(host.remote);
  // What cannot be understood takes nothing away.
  if (host === undefined || request === undefined || 'problem' in request || problemWithHost(host) !== undefined) return {};
  if (request.database === undefined && own.database === undefined) return {};
  return { version: '', requests: '', ...encodeRouterRequest(request, host.id) };
}
