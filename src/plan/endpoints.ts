// Relations that the application's role has no use for: they are told of, and left alone.
import { DATABASE, ROUTERS, SHARDING, SHARDS } from '../core/endpoints.ts';
import type { Role } from '../core/names.ts';
import type { Observed } from '../core/observed.ts';
import { nothing, type Plan, plan } from '../core/plan.ts';
import { type Status, status } from '../core/status.ts';

const REFUSED: Readonly<Record<Role, Readonly<Record<string, Status>>>> = {
  replication: {
    [ROUTERS]: status.routersNeedConfigServer,
    [SHARDS]: status.shardingNotForReplicas,
    [SHARDING]: status.shardingNotForReplicas,
  },
  'config-server': { [DATABASE]: status.noClientsHere, [SHARDING]: status.configServerNoShard },
  shard: { [DATABASE]: status.noClientsHere, [ROUTERS]: status.routersNeedConfigServer, [SHARDS]: status.shardsNotOfShard },
};

export function planEndpoints({ juju }: Observed): Plan {
  if (juju.dying || juju.role === undefined) return nothing;
  const refused = REFUSED[juju.role];
  const shown = [...juju.relations].flatMap(([endpoint, ids]) => (ids.length > 0 && refused[endpoint] ? [refused[endpoint]] : []));
  return plan({ unit: shown, app: shown });
}
