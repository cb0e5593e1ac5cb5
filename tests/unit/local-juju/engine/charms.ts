// Charms for tests, as the model keeps them.
import type { Charm, CharmEndpoint } from '../../../../tools/local-juju/state.ts';

const endpoint = (name: string, role: CharmEndpoint['role'], more: Partial<CharmEndpoint> = {}): CharmEndpoint => ({
  name,
  role,
  interface: 'db',
  scope: 'global',
  limit: 0,
  optional: false,
  ...more,
});

const charm = (name: string, endpoints: CharmEndpoint[], more: Partial<Charm> = {}): Charm => ({
  url: `local:${name}-0`,
  name,
  revision: 0,
  summary: '',
  description: '',
  subordinate: false,
  base: { name: 'ubuntu', channel: '22.04' },
  bases: [],
  endpoints: Object.fromEntries(endpoints.map(one => [one.name, one])),
  extraBindings: [],
  options: {},
  actions: {},
  storage: {},
  resources: [],
  assumes: [],
  ...more,
});

export const prov = charm(
  'prov',
  [endpoint('database', 'provider'), endpoint('other', 'provider'), endpoint('cluster', 'peer', { interface: 'prov-peers' })],
  {
    options: {
      s: { type: 'string', default: 'hello', description: '' },
      i: { type: 'int', description: '' },
      b: { type: 'boolean', default: false, description: '' },
      f: { type: 'float', default: 1.5, description: '' },
      sec: { type: 'secret', description: '' },
    },
  },
);
export const req = charm('req', [
  endpoint('db', 'requirer', { limit: 1 }),
  endpoint('db2', 'requirer', { optional: true }),
  endpoint('nomatch', 'requirer', { interface: 'unmatched' }),
]);
export const sub = charm(
  'sub',
  [
    endpoint('host', 'requirer', { interface: 'juju-info', scope: 'container' }),
    endpoint('db', 'requirer', { scope: 'container' }),
    endpoint('far', 'requirer'),
  ],
  { subordinate: true },
);
export const stor = charm('stor', [], {
  storage: {
    data: { name: 'data', type: 'filesystem', location: '/srv/data', countMin: 1, countMax: 1, minimumSizeMiB: 0, shared: false },
    logs: { name: 'logs', type: 'filesystem', countMin: 0, countMax: 3, minimumSizeMiB: 0, shared: false },
  },
});
