// A router beside a client: what it is to be, and what its unit waits for.

import { LEAVING, ROUTER } from '../core/bags.ts';
import type { Observed } from '../core/observed.ts';
import { isOfMongod, mongodPaths } from '../core/paths.ts';
import { nothing, type Plan, plan } from '../core/plan.ts';
import { type Status, status } from '../core/status.ts';
import { type ClusterAccess, decodeRouterAnswer } from '../interfaces/config-server.ts';
import { cleaned } from './cleaning.ts';
import { ownData } from './facts.ts';
import type { WantedRouter } from './router.ts';
import { answered, type RouterAnswered } from './router-access.ts';
import { requestOf } from './router-request.ts';

/** For `planRouter`: one of the cluster that the config server tells of, reachable from elsewhere if the host wants that; none without a host. */
export function ofCluster(seen: Observed): WantedRouter {
  const { hosts } = seen.juju;
  const answers = answered(seen).filter(({ remote }) => remote['secret-extra'] !== undefined);
  if (hosts.length === 0 || answers.length === 0) return undefined;
  if (isBesideMongod(seen)) return 'unknown';
  const access = accessIn(answers);
  if (access === undefined) return 'unknown';
  return { configDb: access.configDb, keyFile: access.keyFile, external: hosts.some(host => requestOf(host)?.external ?? false) };
}

/** All name the same cluster. */
const accessIn = (answers: readonly RouterAnswered[]): ClusterAccess | undefined =>
  answers.map(({ remote, content }) => decodeRouterAnswer(remote, content)).find(access => access !== undefined);

export function planRouterUnit(seen: Observed): Plan {
  const { juju, router } = seen;
  if (juju.dying) return nothing;
  const shown = stateOf(seen);
  const isNew = router.kind === 'open' && ownData(seen)[ROUTER] !== router.version;
  return plan({
    unit: [shown],
    app: [shown.level === 'active' && router.kind !== 'open' ? status.routerSilent : shown],
    effects: isNew ? [{ do: 'set-workload-version', version: router.version }] : [],
  });
}

/** Both would write the same key file, and whichever went first would take the snap from the other. */
const isBesideMongod = ({ host, context }: Observed): boolean => isOfMongod(host.config, mongodPaths(context.root));

function stateOf(seen: Observed): Status {
  const { configServer, hosts } = seen.juju;
  if (isBesideMongod(seen)) return status.besideMongod;
  if (configServer === undefined) return status.routerAlone;
  if (!hosts.some(host => requestOf(host) !== undefined)) return status.hostSilent(hosts[0]?.app ?? 'the application beside it');
  const answers = answered(seen).filter(({ remote }) => remote.database !== undefined);
  if (answers.length === 0) return status.connecting;
  return accessIn(answers) === undefined ? status.routerSecrets : status.ready;
}

/** A unit that goes stops its router and leaves the machine as it was. */
export function planRouterLeaving(seen: Observed): Plan {
  const { juju, host } = seen;
  if (!juju.dying) return nothing;
  const data = ownData(seen);
  const announce: Plan['effects'] =
    juju.peers === undefined || data[LEAVING] !== undefined ? [] : [{ do: 'set-peer-unit', values: { [LEAVING]: 'true', [ROUTER]: '' } }];
  const stop: Plan['effects'] = host.router.config === undefined ? [] : [{ do: 'stop-router' }];
  const clean: Plan['effects'] = isBesideMongod(seen) ? [] : cleaned(seen);
  return plan({ effects: [...stop, ...clean, ...announce], unit: [status.leavingCluster] });
}
