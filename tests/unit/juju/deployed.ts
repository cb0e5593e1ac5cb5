// A model with the charm mongodb in it, as it is when its agents have run their first hooks, and clients that were integrated with it.
import { join } from 'node:path';
import { readCharm } from '../../../tools/local-juju/engine/charm-yaml.ts';
import { integrate } from '../../../tools/local-juju/engine/relations.ts';
import type { Charm, HookInfo, Model, Relation } from '../../../tools/local-juju/state.ts';
import { projectFolder } from '../../support/project.ts';
import { simulation } from '../local-juju/engine/simulation.ts';

export const LABEL = 'mongodb.app';
/** Id of the peer relation, the first that is made. */
export const PEER_RELATION = 0;

export type Deployed = {
  readonly model: Model;
  /** Integrates another client application, and lets its hooks run. */
  client(name: string, request?: Record<string, string>): Relation;
  /** Lets all hooks run that are due, without a program. Answers which they were. */
  settle(): string[];
};

export async function deployed(count: number): Promise<Deployed> {
  const sim = simulation();
  sim.deploy('mongodb', await charmOf(projectFolder, 'mongodb'), { count });
  sim.settle();
  const clientCharm = await charmOf(join(projectFolder, 'tests', 'charms', 'data-integrator'), 'data-integrator');
  return {
    model: sim.model,
    client: (name, request = {}) => {
      sim.deploy(name, clientCharm);
      const relation = integrate(sim.model, `${name}:mongodb`, 'mongodb:database', sim.now);
      sim.settle();
      relation.applications[name] = { values: { ...request }, version: 1 };
      sim.settle();
      return relation;
    },
    settle: () => sim.settle(),
  };
}

export async function charmOf(folder: string, name: string): Promise<Charm> {
  const charm = await readCharm(folder);
  return { ...charm, url: `local:${name}-0`, revision: 0, base: { name: 'ubuntu', channel: '24.04' } };
}

export const relationHook = (relation: Relation, event: 'created' | 'changed' | 'broken', remoteApplication: string): HookInfo => ({
  name: `database-relation-${event}`,
  kind: 'relation',
  relation: { id: relation.id, endpoint: 'database', remoteApplication, remoteUnit: '' },
});

export const bagOf = (relation: Relation, name: string): Record<string, string> =>
  (name.includes('/') ? relation.units[name] : relation.applications[name])?.values ?? {};

/** Content of the newest revision of the secret with a label, and who may read it. */
export function secretOf(model: Model, label: string) {
  const secret = Object.values(model.secrets).find(one => one.label === label);
  if (secret === undefined) return undefined;
  const content = secret.revisions.find(one => one.revision === secret.latest)?.content ?? {};
  const text = Object.entries(content).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]);
  const granted = secret.grants.map(grant => `${grant.name} in ${grant.relation}`);
  const readers = Object.keys(secret.consumers);
  return { id: secret.id, revision: secret.latest, content: Object.fromEntries(text) as Record<string, string>, granted, readers };
}
