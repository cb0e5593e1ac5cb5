// What the requests of all clients come to, one after the other: the name of a database that one of them has is not given to the next in
// other letters.
import type { ClientRelation, Observed, PrimaryFacts } from '../core/observed.ts';
import { type Grant, type GrantProblem, grantOf } from './client-grant.ts';
import { problemWith } from './client-user.ts';

export type ClientGrant = {
  readonly client: ClientRelation;
  readonly grant: Grant | GrantProblem | 'nothing asked';
  /** What the client is told; it has what it was granted before. */
  readonly problem?: GrantProblem;
};

/** `clients`: those that are answered, and still ask, in the order of their relations. */
export function grantsOf(seen: Observed, clients: readonly ClientRelation[], primary: PrimaryFacts): readonly ClientGrant[] {
  const existing = new Map((databasesOf(seen, primary) ?? []).map(database => [database.toLowerCase(), database]));
  const assigned = new Map<string, { database: string; client: ClientRelation }>();
  const assign = (database: string, client: ClientRelation) => assigned.set(database.toLowerCase(), { database, client });
  for (const client of clients) if (client.own.database !== undefined) assign(client.own.database, client);
  return clients.map(client => {
    const grant = grantOf(client, { existing, assigned });
    if (grant === 'nothing asked') return { client, grant };
    const problem = problemWith(client, grant, primary);
    // A refused request keeps no name from others.
    if ('database' in grant && (problem === undefined || grant.published)) assign(grant.database, client);
    return { client, grant, ...(problem === undefined ? {} : { problem }) };
  });
}

/** Names of the databases that are there, whoever made them; undefined while nobody tells. */
export function databasesOf({ juju, router }: Observed, primary: PrimaryFacts): readonly string[] | undefined {
  if (juju.role !== 'config-server') return primary.databases;
  const cluster = router.kind === 'open' ? router.cluster : undefined;
  return cluster === undefined || 'problem' in cluster ? undefined : cluster.databases.map(({ name }) => name);
}
