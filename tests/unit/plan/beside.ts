// A router beside its host, as a planner of the charm `mongos` sees it.

import { ROUTER } from '../../../src/core/bags.ts';
import type { Bag, ConfigServerRelation, HostRelation, Observed } from '../../../src/core/observed.ts';
import { encodeRouterRequest } from '../../../src/interfaces/config-server.ts';
import { decodeClientRequest, encodeClientAnswer, routerPlaces } from '../../../src/interfaces/mongodb-client.ts';
import { renderRouterConfig } from '../../../src/plan/router-config.ts';
import { address, steady, unit } from './world.ts';

const SOCKET = '/var/snap/charmed-mongodb/common/var/mongodb-27018.sock';
const ACCESS = { user: 'relation-4', password: 'pw', database: 'shop' };
const CONTENT: Bag = {
  username: ACCESS.user,
  password: ACCESS.password,
  'key-file': 'theKey',
  'config-server-db': 'config/10.2.0.1:27017',
};
const REQUEST: Bag = { database: 'shop', 'requested-secrets': '["username","password","uris"]' };
export const EXTERNAL_REQUEST: Bag = { ...REQUEST, 'external-node-connectivity': 'true' };

export const hostRelation = (more: Partial<HostRelation> = {}): HostRelation => ({
  id: 3,
  endpoint: 'mongos_proxy',
  app: 'app',
  remote: REQUEST,
  own: {},
  databag: {},
  published: {},
  ...more,
});

type Parts = {
  host?: HostRelation;
  /** undefined: there is none. */
  server?: undefined;
  /** The config server has answered, or has answered this request. */
  answered?: boolean | Bag;
  /** What we have asked it for. */
  own?: Bag;
  /** Its secrets can be read. */
  readable?: boolean;
  /** The host has been told. */
  published?: boolean;
  /** The router: as it should be, with older files, started with older ones, not answering, not there. */
  running?: 'right' | 'older' | 'stale' | 'silent' | 'none';
  units?: number;
};

/** The leader of `units` routers that have all they need. */
export function routerSeen(parts: Parts): Observed {
  const { answered = true, readable = true, published = true, running = 'right', units = 1 } = parts;
  const plain = parts.host ?? hostRelation();
  const request = decodeClientRequest(plain.remote);
  if ('problem' in request) throw new Error(request.problem);
  const external = request.external ?? false;
  const asked = encodeRouterRequest(request, plain.id);
  const wanted = renderRouterConfig({ root: '', configDb: CONTENT['config-server-db'] ?? '', keyFile: 'theKey', external });
  const server: ConfigServerRelation = {
    id: 4,
    endpoint: 'cluster',
    app: 'config',
    remote: answered
      ? {
          data: JSON.stringify(answered === true ? asked : answered),
          database: 'shop',
          'secret-user': 'secret:u',
          'secret-extra': 'secret:x',
        }
      : {},
    own: parts.own ?? asked,
    content: answered && readable ? CONTENT : {},
    fingerprints: {},
  };
  const router = routerPlaces(external ? [`${address(0)}:27018`] : [SOCKET], ACCESS);
  const { clear, secrets } = encodeClientAnswer({ ...ACCESS, replset: '', hosts: [], request: plain.remote, router });
  const own = { ...clear, 'secret-user': 'secret:h' };
  const told = { ...plain, own, databag: own, published: secrets.user ?? {} };
  const peers = new Map(Array.from({ length: units }, (_, n) => [unit(n), { address: address(n), data: { [ROUTER]: '6.0.5' } }] as const));
  const seen = steady(1, {
    juju: {
      peers: { id: 1, app: {}, units: peers },
      hosts: [published && answered ? told : plain],
      openedPorts: [],
      ...('server' in parts ? {} : { configServer: server }),
    },
    mongod: { kind: 'silent', reason: '' },
    router:
      running === 'silent' || running === 'none'
        ? { kind: 'silent', reason: 'x' }
        : { kind: 'open', version: '6.0.5', config: running === 'stale' ? 'older' : wanted.hash },
  });
  const { config: _, ...host } = seen.host;
  const { secret: __, ...juju } = seen.juju;
  const files =
    running === 'none'
      ? {}
      : { config: running === 'older' ? 'older' : wanted.text, words: '--config /var/snap/charmed-mongodb/current/etc/mongod/mongos.conf' };
  return {
    ...seen,
    juju,
    host: { ...host, keyFile: 'theKey', router: { ...files, service: running === 'none' ? 'inactive' : 'active', logBytes: 0 } },
  };
}
