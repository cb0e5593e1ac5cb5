// The charm `mongodb`: a replica set on machines. Endpoints, storage and options are declared in the YAML files at the root.
import { getPassword } from '../actions/get-password.ts';
import { getPrimary } from '../actions/get-primary.ts';
import { setPassword } from '../actions/set-password.ts';
import { statusDetail } from '../actions/status-detail.ts';
import type { Observed } from '../core/observed.ts';
import { together } from '../core/plan.ts';
import { planApplication } from '../plan/application.ts';
import { planClients } from '../plan/clients.ts';
import { planConfig } from '../plan/config.ts';
import { planInitiate } from '../plan/initiate.ts';
import { planLeaving } from '../plan/leaving.ts';
import { planLogs } from '../plan/logs.ts';
import { planMachine } from '../plan/machine.ts';
import { planMember } from '../plan/member.ts';
import { planMembership } from '../plan/membership.ts';
import { planRestart } from '../plan/restart.ts';
import { planSecret } from '../plan/secret.ts';
import { planSettings } from '../plan/settings.ts';
import { planUsers } from '../plan/users.ts';
import type { Charm } from './charm.ts';

const planners = [
  planSecret,
  planConfig,
  planMachine,
  planInitiate,
  planMembership,
  planUsers,
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
  planners,
  actions: { 'get-primary': getPrimary, 'get-password': getPassword, 'set-password': setPassword, 'status-detail': statusDetail(toDo) },
};
