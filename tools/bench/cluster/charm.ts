// The charm on the local Juju, by the commands that an operator types.
import { clearAway } from '../../demo/juju.ts';
import type { Model } from '../../local-juju/state.ts';
import { operatorPassword, secretContent } from '../hooks/database.ts';
import { relationBetween } from '../hooks/states.ts';
import { modelName, openWorld, untilActive, untilCalm } from '../hooks/world.ts';
import { areVotingSecondaries, type Client, canWrite, clientOf, until } from './replica-set.ts';
import type { Contender } from './steps.ts';

const client = 'shop';

/** @param data the data folder of the local Juju. */
export const openCharm = async (data: string, interrupted: AbortSignal): Promise<Contender> => {
  const world = await openWorld(data, interrupted);
  const { juju } = world;
  let operator: Client | undefined;

  return {
    deploy: async () => {
      await juju.run('deploy', 'mongodb', '-n', '3');
      await untilActive(world, { mongodb: 3 });
    },
    addUnit: async () => {
      await juju.run('add-unit', 'mongodb');
      let host: string | undefined;
      await until('a fourth member that votes', async () => {
        host ??= hostsOf(await world.state())[3];
        return host !== undefined && areVotingSecondaries(operator!.db('admin'), [host]);
      });
    },
    integrate: async () => {
      await juju.run('integrate', 'mongodb', client);
      let content: Readonly<Record<string, string>> | undefined;
      await until('credentials', async () => {
        const model = await world.state();
        const uri = relationBetween(model, 'mongodb', client).applications.mongodb?.values['secret-user'];
        content = uri === undefined ? undefined : secretContent(model, uri);
        return content !== undefined;
      });
      await canWrite(content?.uris ?? '', content?.username ?? '', content?.password ?? '');
    },
    setPassword: async () => {
      await juju.run('run', 'mongodb/leader', 'set-password');
      const other = await operatorClient(await world.state());
      await operator?.close();
      operator = other;
    },
    removeUnit: async () => {
      await juju.run('remove-unit', 'mongodb/3', '--no-prompt');
      await until('the unit to be gone', async () => (await world.state()).units['mongodb/3'] === undefined);
      const { config } = await operator!.db('admin').command({ replSetGetConfig: 1 });
      if (config.members.length !== 3) throw new Error(`the unit is gone, but the set has ${config.members.length} members`);
    },
    settle: async () => {
      if (operator === undefined) {
        operator = await operatorClient(await world.state());
        await juju.run('deploy', 'data-integrator', client, '--config', `database-name=${client}`);
      }
      await untilCalm(world, {});
    },
    close: async () => {
      await operator?.close();
      await clearAway(data, modelName);
    },
  };
};

/** With the password that the model has at this moment. */
export const operatorClient = (model: Model): Promise<Client> => clientOf(uriOf(model), 'operator', operatorPassword(model, 'mongodb'));

export const uriOf = (model: Model): string => `mongodb://${hostsOf(model).join(',')}/?replicaSet=mongodb`;

/** Members in the order in which they came; one whose machine has no address yet is not among them. */
const hostsOf = ({ units, machines }: Model): string[] =>
  Object.values(units).flatMap(({ application, machine }) => {
    const address = machines[machine]?.address;
    return application === 'mongodb' && address ? [`${address}:27017`] : [];
  });
