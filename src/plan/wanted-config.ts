// Which mongod.conf this unit should have now.
import { TIMES_ADDED } from '../core/bags.ts';
import type { Build, Observed } from '../core/observed.ts';
import { renderMongodConfig } from './mongod-config.ts';

export type MongodConfig = { readonly text: string; readonly hash: string };

/** Undefined while nothing can be rendered: the operator's configuration is not valid, or the mongod at hand is not known yet. */
export function wantedConfig(seen: Observed): MongodConfig | undefined {
  const { config } = seen.juju;
  const build = installedBuild(seen);
  const { role, secret } = seen.juju;
  if (!config.valid || build === undefined || role === undefined || secret === undefined) return undefined;
  const { context } = seen;
  const { percona } = build;
  const rejoined = Math.max(0, Number(seen.juju.peers?.app[TIMES_ADDED] ?? 0) - 1);
  const { keyToken } = secret;
  return renderMongodConfig({ root: context.root, setName: context.app, config: config.config, percona, role, keyToken, rejoined });
}

const installedBuild = (seen: Observed): Build | undefined => (seen.mongod.kind === 'silent' ? seen.host.build : seen.mongod.running.build);
