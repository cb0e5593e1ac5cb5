// The hooks that are measured, and the state that each starts from.
import type { HookInfo, Model } from '../../local-juju/state.ts';
import { dropUser, hasUser } from './database.ts';
import type { Told } from './stand.ts';
import { forgetAnswer, forgetClient, keepLatest, relationBetween } from './states.ts';

/**
 * One hook of one unit. `key` also names the recorded figures it is compared with, if there are any.
 * @property application whose leader runs it; hooks of one application find the state that those before have left.
 * @property from the hook itself, once there is a model.
 */
export type Scenario = { key: string; name: string; application: Application; from(model: Model): Hook };
export type Application = 'mongodb' | 'mongos' | 'config-server';
/**
 * @property prepare brings model and database to where the hook starts from, before each run.
 * @property check says what is wrong with what the hook did: the figures of a hook that did something else are worth nothing.
 */
export type Hook = {
  info: HookInfo;
  prepare?(model: Model): Promise<void>;
  check(told: Told, model: Model): Promise<string | undefined>;
};

/** The clients of the replica set, and the one that has a router beside it. */
export const clients = ['shop', 'ledger'] as const;
export const routed = 'till';

export const scenarios: readonly Scenario[] = [
  idle('update-status', 'mongodb', lifecycle('update-status')),
  {
    key: 'create-user',
    name: 'database-relation-changed, creates a user',
    application: 'mongodb',
    from: model => creatingUser(model, 'mongodb', 'database', clients[1]),
  },
  {
    key: 'create-user-again',
    name: 'the same again',
    application: 'mongodb',
    from: model => ({ info: changed(model, 'mongodb', 'database', clients[1]), check: didNothing }),
  },
  {
    key: 'set-password',
    name: 'set-password (action)',
    application: 'mongodb',
    from: () => ({
      info: { name: '', kind: 'action', action: { name: 'set-password', task: '1', parameters: { username: 'operator' } } },
      // Juju would have removed the revisions that nobody reads any more.
      prepare: async model => keepLatest(model, 'mongodb'),
      check: async ({ results }) => (typeof results.password === 'string' ? undefined : 'it gave no password'),
    }),
  },
  idle('leader-elected', 'mongodb', lifecycle('leader-elected')),
  idle('config-changed', 'mongodb', lifecycle('config-changed')),
  idle('mongos-update-status', 'mongos', lifecycle('update-status')),
  {
    key: 'mongos-publish',
    name: 'mongos: cluster-relation-changed, hands user and URI on',
    application: 'mongos',
    from: model => {
      const host = relationBetween(model, 'mongos', routed).id;
      return {
        info: changed(model, 'mongos', 'cluster', 'config-server'),
        prepare: async now => forgetAnswer(now, 'mongos', host),
        check: async (_, now) => published(now, 'mongos', host),
      };
    },
  },
  {
    key: 'mongos-publish-again',
    name: 'mongos: the same again',
    application: 'mongos',
    from: model => ({ info: changed(model, 'mongos', 'cluster', 'config-server'), check: didNothing }),
  },
  {
    key: 'mongos-host-changed',
    name: 'mongos: mongos_proxy-relation-changed, nothing to do',
    application: 'mongos',
    from: model => ({ info: changed(model, 'mongos', 'mongos_proxy', routed), check: didNothing }),
  },
  idle('mongos-leader-elected', 'mongos', lifecycle('leader-elected')),
  idle('mongos-config-changed', 'mongos', lifecycle('config-changed')),
  {
    key: 'router-user',
    name: 'config server: cluster-relation-changed, creates the user of a router',
    application: 'config-server',
    from: model => creatingUser(model, 'config-server', 'cluster', 'mongos'),
  },
];

export function lifecycle(name: string): HookInfo {
  return { name, kind: 'lifecycle' };
}

function idle(key: string, application: Application, info: HookInfo): Scenario {
  const whose = application === 'mongodb' ? '' : `${application}: `;
  return { key, name: `${whose}${info.name}, nothing to do`, application, from: () => ({ info, check: didNothing }) };
}

/** As Juju sends it when the remote application has written into its databag. */
const changed = (model: Model, application: string, endpoint: string, remoteApplication: string): HookInfo => {
  const { id } = relationBetween(model, application, remoteApplication);
  return { name: `${endpoint}-relation-changed`, kind: 'relation', relation: { id, endpoint, remoteApplication, remoteUnit: '' } };
};

const creatingUser = (model: Model, application: string, endpoint: string, client: string): Hook => {
  const { id } = relationBetween(model, application, client);
  const user = `relation-${id}`;
  return {
    info: changed(model, application, endpoint, client),
    prepare: async now => {
      forgetClient(now, application, id);
      await dropUser(now, application, user);
    },
    check: async (_, now) =>
      published(now, application, id) ?? ((await hasUser(now, application, user)) ? undefined : `the database has no user ${user}`),
  };
};

/** The charm says what it did in one line of log, or prints that there was nothing. */
export const didNothing = async ({ log, output }: Told): Promise<string | undefined> =>
  log.length === 0 && output.includes(': nothing to do; ') ? undefined : `it did something: ${log.join('; ')}`;

const published = (model: Model, application: string, relation: number): string | undefined =>
  model.relations[relation]?.applications[application]?.values['secret-user'] === undefined ? 'it published no user' : undefined;
