// The charm `mongos`: a router beside a client application, on the client's machine.
import { CLUSTER, HOST } from '../core/endpoints.ts';
import { planHostClient } from '../plan/host-client.ts';
import { planInstall } from '../plan/install.ts';
import { planLogs } from '../plan/logs.ts';
import { planRouter } from '../plan/router.ts';
import { planRouterRequest } from '../plan/router-request.ts';
import { ofCluster, planRouterLeaving, planRouterUnit } from '../plan/router-unit.ts';
import { planObsolete } from '../plan/secret.ts';
import type { Charm } from './charm.ts';

export const mongos: Charm = {
  endpoints: { peers: 'router-peers', clients: [], shards: [], configServer: [CLUSTER], host: [HOST] },
  runsMongod: false,
  needsOthers: () => false,
  planners: [
    planInstall,
    planObsolete,
    planRouterRequest,
    planRouter(ofCluster),
    planHostClient,
    planLogs,
    planRouterUnit,
    planRouterLeaving,
  ],
  actions: {},
};
