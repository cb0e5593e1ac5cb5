// Many clients of one set, whose relations are made and removed side by side.

import { operatorClient } from '../cluster/charm.ts';
import { canWrite, until } from '../cluster/replica-set.ts';
import { secretContent } from '../hooks/database.ts';
import { relationBetween } from '../hooks/states.ts';
import type { World } from '../hooks/world.ts';
import { daemonMiB } from './memory.ts';
import { patience, sideBySide } from './side.ts';

export type Relations = {
  clients: number;
  /** Until each has written with its own credentials. */
  createdMs: number;
  /** Until no user and no secret of them is left. */
  removedMs: number;
  daemonMiB: { before: number; after: number };
  secretsLeft: number;
};

/** The set is there, with no client. The applications of the clients are deployed before the clock starts, and stay without relations. */
export const loadRelations = async (world: World, clients: number): Promise<Relations> => {
  const { juju, state } = world;
  const names = Array.from({ length: clients }, (_, number) => `client${number}`);
  await sideBySide(names, name => juju.run('deploy', 'data-integrator', name, '--config', `database-name=${name}`));
  await until(
    'the clients',
    async () => {
      const model = await state();
      return names.every(name => isDeployed(model, name));
    },
    patience,
  );
  const secretsBefore = Object.keys((await state()).secrets).length;
  const before = await daemonMiB(juju.data);

  let start = performance.now();
  await sideBySide(names, name => juju.run('integrate', 'mongodb', name));
  await sideBySide(names, async name => {
    const { uris = '', username = '', password = '' } = await credentialsOf(world, name);
    await canWrite(uris, username, password);
  });
  const createdMs = performance.now() - start;

  start = performance.now();
  await sideBySide(names, name => juju.run('remove-relation', 'mongodb', name));
  const operator = await operatorClient(await state());
  try {
    await until(
      'the users to be gone',
      async () => {
        const { users } = await operator.db('admin').command({ usersInfo: 1 });
        const relations = Object.values((await state()).relations).filter(({ endpoints }) => endpoints.length === 2);
        return relations.length === 0 && !users.some(({ user }: { user: string }) => user.startsWith('relation-'));
      },
      patience,
    );
  } finally {
    await operator.close();
  }
  const removedMs = performance.now() - start;
  const secretsLeft = Object.keys((await state()).secrets).length - secretsBefore;
  return { clients, createdMs, removedMs, daemonMiB: { before, after: await daemonMiB(juju.data) }, secretsLeft };
};

type Model = Awaited<ReturnType<World['state']>>;

const isDeployed = ({ units }: Model, name: string): boolean => {
  const unit = units[`${name}/0`];
  return unit !== undefined && unit.agentStatus.current === 'idle' && unit.agent.started;
};

const credentialsOf = async ({ state }: World, name: string): Promise<Readonly<Record<string, string>>> => {
  let content: Readonly<Record<string, string>> | undefined;
  await until(
    `credentials of ${name}`,
    async () => {
      const model = await state();
      const uri = relationBetween(model, 'mongodb', name).applications.mongodb?.values['secret-user'];
      content = uri === undefined ? undefined : secretContent(model, uri);
      return content !== undefined;
    },
    patience,
  );
  return content!;
};
