// The one renderer of mongod.conf. Pure: the same settings give the same text.
import { dump } from 'js-yaml';
import type { Config } from '../core/config.ts';
import { fingerprint } from '../core/hash.ts';
import { MONGOD_PORT, type Role } from '../core/names.ts';
import { mongodPaths } from '../core/paths.ts';

export type MongodSettings = {
  /** What stands before every path of the machine; empty on a real one. */
  readonly root: string;
  readonly setName: string;
  readonly config: Config;
  /** Percona Server for MongoDB: it alone knows the audit log. */
  readonly percona: boolean;
  readonly role: Role;
  /** Stands for the key file, which mongod reads at its start. */
  readonly keyToken: string;
  /** How often a shard of the cluster has moved with all of its members: the other servers look for it at its old place until they are started again. */
  readonly moves: number;
};

const CLUSTER_ROLES: Readonly<Record<Role, object>> = {
  replication: {},
  'config-server': { sharding: { clusterRole: 'configsvr' } },
  shard: { sharding: { clusterRole: 'shardsvr' } },
};

/**
 * Text of mongod.conf, and the fingerprint of what in it mongod takes only at its start: a running mongod with another one needs a restart.
 * The fingerprint is in the text too, as a parameter that `hello` shows to everybody, so a mongod tells what it was started with.
 */
export function renderMongodConfig(settings: MongodSettings): { readonly text: string; readonly hash: string } {
  const hash = fingerprint(JSON.stringify(needsRestart(settings))) + fingerprint(settings.keyToken);
  const text = dump(withOnlineSettings(settings, hash), { lineWidth: -1 });
  return { text: `# Written by the mongodb charm; changes made here are lost. Use juju config.\n${text}`, hash };
}

/** Whether two mongods have the same key file, by the fingerprints of what they were started with: the second half is that of the key file. */
export const haveSameKey = (one: string, other: string): boolean => one.slice(HALF) === other.slice(HALF);
const HALF = fingerprint('').length;

/** Without paths, so that all members of a set have the same fingerprint. */
const needsRestart = (settings: MongodSettings) => ({
  ...fixed({ ...settings, root: '' }),
  ownCache: settings.config['cache-size-mb'] !== 0,
  moves: settings.moves,
});

const withOnlineSettings = (settings: MongodSettings, hash: string) => {
  const base = fixed(settings);
  const { config } = settings;
  const cacheMiB = config['cache-size-mb'];
  const oplogMB = config['oplog-size-mb'];
  return {
    ...base,
    storage: { ...base.storage, ...(cacheMiB === 0 ? {} : { wiredTiger: { engineConfig: { cacheSizeGB: cacheMiB / 1024 } } }) },
    systemLog: { ...base.systemLog, verbosity: config['log-verbosity'] },
    operationProfiling: { slowOpThresholdMs: config['slow-operation-threshold-ms'] },
    replication: { ...base.replication, ...(oplogMB === 0 ? {} : { oplogSizeMB: oplogMB }) },
    setParameter: { ...base.setParameter, automationServiceDescriptor: `charm-${hash}` },
  };
};

const fixed = ({ root, setName, config, percona, role }: MongodSettings) => {
  const paths = mongodPaths(root);
  const maxConnections = config['max-connections'];
  return {
    net: {
      // Without it, mongod neither listens at an IPv6 address nor finds a member there. A machine without IPv6 does as well (seen on 6.0.5).
      bindIp: '*',
      ipv6: true,
      port: MONGOD_PORT,
      unixDomainSocket: { pathPrefix: paths.socketFolder, filePermissions: 0o700 },
      ...(maxConnections === 0 ? {} : { maxIncomingConnections: maxConnections }),
    },
    storage: { dbPath: paths.data },
    systemLog: { destination: 'file', path: paths.log, logAppend: true, logRotate: 'rename' },
    replication: { replSetName: setName },
    ...CLUSTER_ROLES[role],
    security: { authorization: 'enabled', keyFile: paths.keyFile },
    // processUmask in octal, as text: what mongod makes is not for others to read.
    setParameter: { authenticationMechanisms: 'SCRAM-SHA-256', processUmask: '037' },
    ...(percona ? { auditLog: { destination: 'file', format: 'JSON', path: paths.auditLog } } : {}),
  };
};
