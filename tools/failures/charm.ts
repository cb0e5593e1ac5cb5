// The charm's set, deployed and harmed by the commands that a person types. The client is an application of its own with a relation.
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../bench/cluster/replica-set.ts';
import { operatorPassword, secretContent } from '../bench/hooks/database.ts';
import { leaderOf, relationBetween } from '../bench/hooks/states.ts';
import { modelName, openWorld, untilCalm } from '../bench/hooks/world.ts';
import { clearAway } from '../demo/juju.ts';
import type { Cluster, Kind, Who } from './cluster.ts';
import { database } from './writer.ts';

const application = 'mongodb';
const client = 'shop';
/** Where it can be mounted, the pool `tmpfs` gives storage of this size; that of `loop` stays when its unit goes. */
const storage: Record<Kind, string> = { full: 'tmpfs,160M', kept: 'loop' };
const port = 27017;
/** How many agents are to be hit in the middle of something. */
const agentsToKill = 5;

/** @param data the data folder of the local Juju. */
export const openCharm = async (data: string, kind: Kind, interrupted: AbortSignal): Promise<Cluster> => {
  const world = await openWorld(data, interrupted);
  const { juju, state } = world;
  const calm = () => untilCalm(world, { [application]: 3, [client]: 1 });
  const fault = async (unit: Who, ...words: string[]) => void (await juju.run('fault', unit, ...words));
  const close = () => clearAway(data, modelName);
  try {
    await juju.run('model-config', 'update-status-hook-interval=10s');
    await juju.run('deploy', application, '-n', '3', '--storage', `mongodb=${storage[kind]}`);
    await juju.run('deploy', 'data-integrator', client, '--config', `database-name=${database}`);
    await juju.run('integrate', application, client);
    await calm();
  } catch (error) {
    await close();
    throw error;
  }
  let restarts = 0;

  const hosts = async (): Promise<Map<Who, string>> => {
    const { units, machines } = await state();
    const own = Object.values(units).filter(unit => unit.application === application);
    return new Map(own.map(({ name, machine }) => [name, `${machines[machine]?.address}:${port}`]));
  };

  return {
    hosts,
    operator: async () => {
      const uri = `mongodb://${[...(await hosts()).values()].join(',')}/?replicaSet=${application}`;
      return { uri, username: 'operator', password: operatorPassword(await state(), application) };
    },
    client: async () => {
      const model = await state();
      const secret = relationBetween(model, application, client).applications[application]?.values['secret-user'] ?? '';
      return secretContent(model, secret)?.uris ?? '';
    },
    kill: unit => fault(unit, 'kill'),
    freeze: unit => fault(unit, 'freeze'),
    thaw: unit => fault(unit, 'thaw'),
    cut: unit => fault(unit, 'cut-network'),
    move: unit => fault(unit, 'change-address'),
    restore: unit => fault(unit, 'restore-network'),
    fill: unit => fault(unit, 'fill-disk'),
    free: unit => fault(unit, 'free-disk'),
    loseData: unit => fault(unit, 'lose-disk'),
    reboot: async units => void (await Promise.all(units.map(unit => fault(unit, 'reboot')))),
    restartInTurn: async () => {
      restarts += 1;
      await juju.run('config', application, `max-connections=${5_000 + restarts}`);
      await calm();
    },
    replace: async unit => {
      const id = Object.values((await state()).storage).find(one => one.owner === unit)?.id ?? '';
      await juju.run('remove-unit', '--no-prompt', unit);
      await until('the unit to be gone', async () => (await state()).units[unit] === undefined);
      await juju.run('add-unit', application, '--attach-storage', id);
      await until('another unit', async () => (await hosts()).size === 3);
    },
    killAgents: async () => {
      let killed = 0;
      await juju.run('run', '--background', leaderOf(await state(), application), 'set-password');
      for (let round = 0; killed < agentsToKill; round += 1) {
        await juju.run('config', application, `slow-operation-threshold-ms=${100 + (round % 2)}`);
        const deadline = Date.now() + 3_000;
        while (killed < agentsToKill && Date.now() < deadline) {
          for (const unit of (await hosts()).keys()) killed += await fault(unit, 'kill-agent').then(yes, no);
          await sleep(20);
        }
      }
      return killed;
    },
    calm,
    close,
  };
};

const yes = () => 1;
const no = () => 0;
