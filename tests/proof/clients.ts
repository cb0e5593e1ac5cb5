// The kinds of clients: how each is deployed, what it was given, and how its unit learns that there is something new.
import { join } from 'node:path';
import type { Model } from '../../tools/local-juju/state.ts';
import { runAction } from '../support/client.ts';
import type { TestModel } from '../support/model.ts';
import { projectFolder } from '../support/project.ts';

export type Kind = 'v0' | 'v1' | 'plain';
export const kinds: readonly Kind[] = ['v0', 'v1', 'plain'];
export type ClusterKind = 'replica-set' | 'sharded';

/** @property asked whose relation with the server its user is of: its own application, or that of the mongos beside it. */
export type Client = { kind: Kind; application: string; asked: string; cluster: ClusterKind };

export const clientOf = (kind: Kind, cluster: ClusterKind): Client => ({
  kind,
  application: kind,
  asked: cluster === 'sharded' ? `mongos-${kind}` : kind,
  cluster,
});

/** The application that gives clients their users. */
export const serverOf = (cluster: ClusterKind): string => (cluster === 'sharded' ? 'config-server' : 'mongodb');

/** The endpoint on which a host of a router is asked, and that on which a client of a replica set asks. */
const endpointOf = ({ kind, cluster }: Client): string => {
  if (cluster === 'sharded') return 'mongos';
  return kind === 'plain' ? 'database' : 'mongodb';
};

/** Deploys and integrates it, and waits for nothing. */
export const deployClient = async (model: TestModel, client: Client): Promise<void> => {
  const { kind, application, asked, cluster } = client;
  if (kind === 'plain') await model.juju('deploy', join(projectFolder, 'tests', 'charms', 'plain-client'), application);
  else await model.juju('deploy', 'data-integrator', application, '--config', 'database-name=shop', '--config', `protocol-version=${kind}`);
  if (cluster === 'sharded') {
    await model.juju('deploy', 'mongos', asked);
    await model.juju('integrate', asked, application);
  }
  await integrate(model, client);
};

export const integrate = (model: TestModel, { asked, cluster }: Client) => model.juju('integrate', serverOf(cluster), asked);
export const removeRelation = (model: TestModel, { asked, cluster }: Client) => model.juju('remove-relation', serverOf(cluster), asked);

/** The URI that the client finds published, undefined while there is none. */
export const published = async (model: TestModel, client: Client): Promise<string | undefined> => {
  const action = client.kind === 'plain' ? 'credentials' : 'get-credentials';
  const [task] = Object.values(await runAction(model, `${client.application}/0`, action));
  const results = client.kind === 'plain' ? task?.results : task?.results?.[endpointOf(client)];
  const uris = (results as { uris?: unknown } | undefined)?.uris;
  return typeof uris === 'string' && uris !== '' ? uris : undefined;
};

/** Number of the relation in which the server made its user. */
export const relationOf = ({ relations }: Model, { asked, cluster }: Client): number => {
  const sides = [asked, serverOf(cluster)];
  const found = Object.values(relations).find(({ endpoints }) => sides.every(side => endpoints.some(one => one.application === side)));
  if (found === undefined) throw new Error(`${sides.join(' and ')} are not related`);
  return found.id;
};

/**
 * A text that changes when the client's unit is told something that may be a new password: it has had secret-changed, it has seen a new
 * databag, it has another relation; or, before secrets, it has taken credentials for new ones.
 */
export const toldOf = (model: Model, client: Client): string => {
  const unit = model.units[`${client.application}/0`];
  if (unit === undefined) return '';
  const seen = Object.entries(unit.agent.relations).map(([id, { applicationVersion, broken }]) => [id, applicationVersion, broken]);
  return JSON.stringify([client.kind === 'plain' ? unit.state.created : unit.agent.secretChanged, client.kind === 'plain' ? [] : seen]);
};
