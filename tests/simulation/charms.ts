// The charms of a simulation: the two that are shipped, as their YAML describes them, and a small client.
import { join } from 'node:path';
import { readCharm } from '../../tools/local-juju/engine/charm-yaml.ts';
import type { Charm, CharmEndpoint } from '../../tools/local-juju/state.ts';

const project = join(import.meta.dirname, '..', '..');
const base = { name: 'ubuntu', channel: '22.04' };

const read = async (folder: string): Promise<Charm> => {
  const description = await readCharm(folder);
  return { ...description, url: `local:${description.name}-0`, revision: 0, base };
};

const endpoint = (name: string, role: CharmEndpoint['role'], of: string): CharmEndpoint => ({
  name,
  role,
  interface: of,
  scope: 'global',
  limit: role === 'requirer' ? 1 : 0,
  optional: true,
});

const mongodb = await read(project);
const mongos = await read(join(project, 'mongos'));
const client: Charm = {
  ...mongos,
  name: 'client',
  url: 'local:client-0',
  subordinate: false,
  endpoints: { db: endpoint('db', 'requirer', 'mongodb_client'), mongos: endpoint('mongos', 'provider', 'mongos_client') },
  options: { requests: { type: 'int', default: 1, description: 'How many databases it asks for, in version 1.' } },
  actions: {},
  storage: {},
};
export const charms = { mongodb, mongos, client } as const;
