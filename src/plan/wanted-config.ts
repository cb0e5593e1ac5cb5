// Which mongod.conf this unit should have now.
import type { Build, Observed } from '../core/observed.ts';
import { renderMongodConfig } from './mongod-config.ts';

export type MongodConfig = { readonly text: string; readonly hash: string };

/** Undefined while nothing can be rendered: the operator's configuration is not valid, or the mongod at hand is not known yet. */
export function wantedConfig(seen: Observed): MongodConfig | undefined {
  const { config } = seen.juju;
  const build = installedBuild(seen);
  if (!config.valid || build === undefined) return undefined;
  return renderMongodConfig({ root: seen.context.root, setName: seen.context.app, config: config.config, percona: build.percona });
}

const installedBuild = (seen: Observed): Build | undefined => (seen.mongod.kind === 'silent' ? seen.host.build : seen.mongod.running.build);
