// rotate-client-password: another password for one client, those of one application, or all, on the leader. The user stays, and so does
// what it has open; each client that follows its secret is told at once.
import type { Action, ActionAnswer } from '../core/action.ts';
import type { ClientRelation, Observed } from '../core/observed.ts';
import { answeredClients, rotatedClient } from '../plan/clients.ts';

export const rotateClientPassword: Action = {
  answer: (seen, params) => {
    const refused = notNow(seen);
    if (refused !== undefined) return { refused };
    const chosen = chosenClients(
      answeredClients(seen).filter(client => !client.withdrawn),
      params as Record<string, unknown>,
    );
    return 'refused' in chosen ? chosen : rotated(seen, chosen.clients, chosen.named);
  },
};

function notNow({ juju, mongod, context }: Observed): string | undefined {
  if (juju.role === 'shard')
    return `a shard has no clients of its own; run rotate-client-password on ${juju.configServer?.app ?? 'its config server'}/leader`;
  if (!juju.leader) return `only the leader can change passwords; run rotate-client-password on ${context.app}/leader`;
  if (mongod.kind !== 'member' || mongod.primary === undefined)
    return 'the replica set has no primary that can be reached; try again when the application is active';
  return undefined;
}

type Chosen = { readonly clients: readonly ClientRelation[]; readonly named: boolean };

function chosenClients(all: readonly ClientRelation[], { relation, application }: Record<string, unknown>): Chosen | { refused: string } {
  if (all.length === 0) return { refused: 'no client is integrated, so there is no password to change' };
  const there = `there are ${all.map(described).join(', ')}`;
  const given = [relation, application].filter(value => value !== undefined && value !== null);
  if (given.length > 1) return { refused: 'give a relation or an application, not both' };
  if (given.length === 0) return { clients: all, named: false };
  if (relation !== undefined && relation !== null && !Number.isInteger(relation))
    return { refused: `the relation must be a number, as in the name of the client's user; ${there}` };
  if (application !== undefined && application !== null && typeof application !== 'string')
    return { refused: `the application must be text; ${there}` };
  const clients = all.filter(({ id, app }) => (typeof relation === 'number' ? id === relation : app === application));
  if (clients.length > 0) return { clients, named: true };
  const asked = typeof relation === 'number' ? `relation ${relation}` : `application ${JSON.stringify(String(application).slice(0, 64))}`;
  return { refused: `no client has ${asked}; ${there}` };
}

const described = ({ app, id, requestId }: ClientRelation): string =>
  `${app} (relation ${id}${requestId === undefined ? '' : `, request ${requestId}`})`;

function rotated(seen: Observed, clients: readonly ClientRelation[], named: boolean): ActionAnswer {
  const outcomes = clients.map(client => ({ client, change: rotatedClient(seen, client) }));
  const changes = outcomes.flatMap(({ client, change }) => (change === undefined || change === 'chosen' ? [] : [{ client, ...change }]));
  const [first] = clients;
  const kept = outcomes.flatMap(({ client, change }) => (change === 'chosen' ? [described(client)] : [])).join(', ');
  if (changes.length === 0 && kept !== '')
    return { refused: `${kept} chose the password; to change it, remove the relation and integrate again with another choice` };
  if (changes.length === 0)
    return {
      refused: `${named && first !== undefined ? `${described(first)} has` : 'the clients have'} no password yet; juju status says why`,
    };
  const told = (late: boolean): string =>
    changes
      .filter(({ later }) => later === late)
      .map(({ client }) => described(client))
      .join(', ');
  const results = { rotated: told(false), 'rotated-soon': told(true), kept };
  return {
    effects: changes.flatMap(({ effects }) => effects),
    results: Object.fromEntries(Object.entries(results).filter(([, value]) => value !== '')),
  };
}
