// The charm `mongodb`: a replica set on machines, by itself or as a part of a sharded cluster. Endpoints, storage and options are declared in the YAML files at the root.
import { getPassword } from '../actions/get-password.ts';
import { getPrimary } from '../actions/get-primary.ts';
import { recoverAccess } from '../actions/recover-access.ts';
import { rotateClientPassword } from '../actions/rotate-client-password.ts';
import { setPassword } from '../actions/set-password.ts';
import { statusDetail } from '../actions/status-detail.ts';
import { DATABASE, ROUTERS, SHARDING, SHARDS } from '../core/endpoints.ts';
import type { Observed } from '../core/observed.ts';
import { together } from '../core/plan.ts';
import { planApplication } from '../plan/application.ts';
import { planClients } from '../plan/clients.ts';
import { planConfig } from '../plan/config.ts';
import { planEndpoints } from '../plan/endpoints.ts';
import { planInitiate } from '../plan/initiate.ts';
import { planInstall } from '../plan/install.ts';
import { planLeaving } from '../plan/leaving.ts';
import { planLogs } from '../plan/logs.ts';
import { planMachine } from '../plan/machine.ts';
import { planMember } from '../plan/member.ts';
import { planMembership } from '../plan/membership.ts';
import { needsOthers } from '../plan/others.ts';
import { planRestart } from '../plan/restart.ts';
import { planRole } from '../plan/role.ts';
import { ofConfigServer, planRouter } from '../plan/router.ts';
import { planObsolete, planSecret } from '../plan/secret.ts';
import { planSettings } from '../plan/settings.ts';
import { planShard } from '../plan/shard.ts';
import { planShards } from '../plan/shards.ts';
import { planSystemPasswords } from '../plan/system-passwords.ts';
import { planUsers } from '../plan/users.ts';
import type { Charm } from './charm.ts';

const planners = [
  planInstall,
  planObsolete,
  planSecret,
  planRole,
  planConfig,
  planEndpoints,
  planMachine,
  planInitiate,
  planMembership,
  planUsers,
  planRouter(ofConfigServer),
  planShard,
  planSystemPasswords,
  planShards,
  planClients,
  planSettings,
  planRestart,
  planLogs,
  planMember,
  planLeaving,
  planApplication,
];

const toDo = (seen: Observed) => {
  const { unit, app, effects } = together(planners.map(planner => planner(seen)));
  const said = [...unit, ...app].filter(one => one.level !== 'active').map(one => one.message);
  return {
    unit: [...new Set(said)],
    effects: effects.filter(effect => effect.do !== 'set-status' && effect.do !== 'log').map(effect => effect.do),
  };
};

export const mongodb: Charm = {
  endpoints: { peers: 'database-peers', clients: [DATABASE, ROUTERS], shards: [SHARDS], configServer: [SHARDING], host: [] },
  runsMongod: true,
  needsOthers,
  planners,
  actions: {
    'get-primary': getPrimary,
    'get-password': getPassword,
    'set-password': setPassword,
    'rotate-client-password': rotateClientPassword,
    'recover-access': recoverAccess,
    'status-detail': statusDetail(toDo),
  },
};
