// A router on this machine: its files, a mongos that runs with them, and its restart when, and only when, they have changed.

import { ROUTER } from '../core/bags.ts';
import { MONGOS_PORT } from '../core/names.ts';
import type { Observed } from '../core/observed.ts';
import { mongodPaths, routerWords } from '../core/paths.ts';
import { nothing, type Plan, plan, together } from '../core/plan.ts';
import { status } from '../core/status.ts';
import { configDbOf, inUnitOrder, ownData } from './facts.ts';
import { type RouterSettings, renderRouterConfig } from './router-config.ts';

/** What the router is to be; undefined when there is to be none, and a word when that cannot be told at the moment. */
export type WantedRouter = Omit<RouterSettings, 'root'> | undefined | 'unknown';

export const planRouter =
  (wantedOf: (seen: Observed) => WantedRouter) =>
  (seen: Observed): Plan => {
    if (seen.juju.dying || seen.host.snap === undefined) return nothing;
    const wanted = wantedOf(seen);
    if (wanted === 'unknown') return nothing;
    if (wanted === undefined) return together([stopped(seen), announced(seen, undefined)]);
    return together([running(seen, wanted), announced(seen, wanted)]);
  };

/** A config server has a router of its own on each unit, through which it manages the cluster. */
export function ofConfigServer(seen: Observed): WantedRouter {
  const { juju, mongod, context } = seen;
  if (juju.role !== 'config-server') return undefined;
  if (mongod.kind !== 'member' || juju.secret === undefined) return 'unknown';
  // All members, as the set itself lists them: a unit gets to know its peers one by one, and each would restart the router.
  const hosts = inUnitOrder(mongod.set.members).map(member => member.host);
  return hosts.length === 0 ? 'unknown' : { configDb: configDbOf(context.app, hosts), keyFile: juju.secret.keyFile, external: true };
}

function running(seen: Observed, settings: Omit<RouterSettings, 'root'>): Plan {
  const { host, router, context } = seen;
  const { text, hash } = renderRouterConfig({ ...settings, root: context.root });
  const words = routerWords(mongodPaths(context.root));
  const stale = host.router.config !== text || host.router.words !== words || host.keyFile !== settings.keyFile;
  const active = host.router.service === 'active';
  if (stale) {
    // Stopped first: one that is still looking for its config servers answers nobody, so nothing else would tell that it has older files.
    const halt: Plan['effects'] = active ? [{ do: 'halt-router' }] : [];
    const files: Plan['effects'] = [{ do: 'write-router-files', config: text, keyFile: settings.keyFile }, { do: 'start-router' }];
    return plan({ effects: [...halt, ...files], unit: [status.startingRouter], pending: true });
  }
  if (!active) return plan({ effects: [{ do: 'start-router' }], unit: [status.startingRouter], pending: true });
  if (router.kind === 'silent') return plan({ unit: [status.routerSilent], pending: true });
  if (router.config === hash) return nothing;
  return plan({ effects: [{ do: 'restart-router' }], unit: [status.startingRouter], pending: true });
}

const stopped = ({ host }: Observed): Plan => (host.router.config === undefined ? nothing : plan({ effects: [{ do: 'stop-router' }] }));

/** The unit's databag tells when the router is ready; its port is open for as long as others may reach it. */
function announced(seen: Observed, wanted: Omit<RouterSettings, 'root'> | undefined): Plan {
  const { juju, router } = seen;
  const port = `${MONGOS_PORT}/tcp`;
  const opened = juju.openedPorts?.includes(port);
  const effects: Plan['effects'][number][] = [];
  if (wanted?.external === true && opened === false) effects.push({ do: 'open-port', port });
  if (wanted?.external !== true && opened === true) effects.push({ do: 'close-port', port });
  const ready = wanted !== undefined && router.kind === 'open' ? router.version : '';
  // A router that is silent for a moment is not taken off the lists of its clients.
  const keeps = wanted !== undefined && router.kind === 'silent';
  if (!keeps && (ownData(seen)[ROUTER] ?? '') !== ready) effects.push({ do: 'set-peer-unit', values: { [ROUTER]: ready } });
  return plan({ effects });
}
