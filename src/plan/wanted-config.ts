// Which mongod.conf this unit should have now.
import { DRAINED, MOVES } from '../core/bags.ts';
import type { Build, Observed } from '../core/observed.ts';
import { renderMongodConfig } from './mongod-config.ts';

export type MongodConfig = { readonly text: string; readonly hash: string };

/** Undefined while nothing can be rendered: the operator's configuration is not valid, or the mongod at hand is not known yet. */
export function wantedConfig(seen: Observed): MongodConfig | undefined {
  const { config } = seen.juju;
  const build = installedBuild(seen);
  const { role, secret, peers, configServer } = seen.juju;
  if (!config.valid || build === undefined || role === undefined || secret === undefined) return undefined;
  const { root, app: setName } = seen.context;
  // A shard can forget its cluster only while it is none: mongod says so (error 40070). Before it is to join one again it stays what it
  // was, for a router that has not heard of its leaving learns of it from an answer that only a shard gives.
  const now = role === 'shard' && peers?.app[DRAINED] !== undefined && configServer !== undefined ? 'replication' : role;
  const { keyToken } = secret;
  const moves = Number(peers?.app[MOVES] ?? 0);
  return renderMongodConfig({ root, setName, config: config.config, percona: build.percona, role: now, keyToken, moves });
}

const installedBuild = (seen: Observed): Build | undefined => (seen.mongod.kind === 'silent' ? seen.host.build : seen.mongod.running.build);
