// The one renderer of mongos.conf. Pure: the same settings give the same text.
import { dump } from 'js-yaml';
import { fingerprint } from '../core/hash.ts';
import { MONGOS_PORT } from '../core/names.ts';
import { mongodPaths } from '../core/paths.ts';

export type RouterSettings = {
  /** What stands before every path of the machine; empty on a real one. */
  readonly root: string;
  /** `<set>/<address:port>,…` of the config servers, sorted by unit number. */
  readonly configDb: string;
  /** Text of the key file, which mongos reads at its start. */
  readonly keyFile: string;
  /** Reachable from other machines; else only over the unix socket. */
  readonly external: boolean;
};

/** Text of mongos.conf, and its fingerprint, which a running mongos shows to everybody: one with another needs a restart. */
export function renderRouterConfig(settings: RouterSettings): { readonly text: string; readonly hash: string } {
  // 64 bits about a key of some 6000 tell nothing of it.
  const hash = fingerprint(JSON.stringify({ ...fixed({ ...settings, root: '' }), keyFile: settings.keyFile }));
  const base = fixed(settings);
  const text = dump({ ...base, setParameter: { ...base.setParameter, automationServiceDescriptor: `charm-${hash}` } }, { lineWidth: -1 });
  return { text: `# Written by the charm; changes made here are lost.\n${text}`, hash };
}

const fixed = ({ root, configDb, external }: RouterSettings) => {
  const paths = mongodPaths(root);
  return {
    net: {
      bindIp: external ? '*' : paths.routerSocket,
      ipv6: true, // as of mongod
      port: MONGOS_PORT,
      // Any account of the machine may connect, since nobody knows which one the client's program has. Each has to log in.
      unixDomainSocket: { pathPrefix: paths.socketFolder, filePermissions: 0o777 },
    },
    sharding: { configDB: configDb },
    security: { keyFile: paths.keyFile },
    systemLog: { destination: 'file', path: paths.routerLog, logAppend: true, logRotate: 'rename' },
    // A mongos keeps what it knows of a user, and asks after changes only so often: with its 30 seconds, a client would be refused with its
    // new password for as long, and let in with the old one. (By MongoDB's manual.)
    setParameter: { authenticationMechanisms: 'SCRAM-SHA-256', userCacheInvalidationIntervalSecs: 1 },
  };
};
