// What an application is for is said once; relations that its role has no use for are told of, and do no harm.
import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openModel, type TestModel } from '../../support/model.ts';
import { type StatusJson, settled } from '../../support/status.ts';
import { routerName } from '../router/cluster.ts';
import { buildWithVersion, calm } from './world.ts';

let model: TestModel;
beforeAll(async () => {
  model = await openModel();
  await model.juju('deploy', 'mongodb', 'plain');
  await model.juju('deploy', 'mongodb', 'head', '--config', 'role=config-server');
  await model.juju('deploy', 'mongodb', 'part', '--config', 'role=shard');
  await model.juju('deploy', 'mongodb', 'wrong', '--config', 'role=sharding');
  await model.juju('deploy', 'data-integrator', '--config', 'database-name=shop');
  await model.waitFor('all to have said what they are', status => settled(status) && calm(status, 'plain'));
}, 180_000);
afterAll(() => model?.close());

const said = (status: StatusJson, application: string) => status.applications[application]?.['application-status'];
const blocked = (application: string, words: RegExp) =>
  model.waitFor(`${application} to be blocked`, status => {
    const shown = said(status, application);
    return shown?.current === 'blocked' && words.test(shown.message ?? '');
  });

describe(`with ${routerName}`, () => {
  test('an application that is alone says what it misses', async () => {
    await blocked('head', /^missing relation to a shard/);
    await blocked('part', /^missing relation to config-server/);
  });

  test('a role that is none is refused with the list, and can be put right', async () => {
    await blocked('wrong', /role=sharding must be replication, config-server or shard; set it with juju config/);
    await model.juju('config', 'wrong', 'role=replication');
    await model.waitFor('it to start', status => settled(status) && calm(status, 'wrong'));
  });

  test.each([
    ['plain', 'shard', 'replication'],
    ['part', 'replication', 'shard'],
    ['head', 'nonsense', 'config-server'],
  ])('the role of %s cannot be changed to %s, and the status says what to set it back to', async (application, other, own) => {
    const before = said(await model.status(), application)?.message;
    await model.juju('config', application, `role=${other}`);
    await blocked(
      application,
      other === 'nonsense'
        ? /^set it back with juju config head role=config-server: config role=nonsense must be replication, config-server or shard, /
        : new RegExp(`from ${own} to ${other}; set it back with juju config ${application} role=${own}`),
    );
    await model.juju('config', application, `role=${own}`);
    await model.waitFor('it to be as before', status => settled(status) && said(status, application)?.message === before);
  });

  test.each([
    ['a client of a shard', 'part', ['part:database', 'data-integrator:mongodb'], /Sharding roles do not support database interface\./],
    [
      'a client of a config server',
      'head',
      ['head:database', 'data-integrator:mongodb'],
      /Sharding roles do not support database interface\./,
    ],
    ['a replica set as a shard', 'plain', ['head:config-server', 'plain:sharding'], /sharding interface cannot be used by replicas/],
    [
      'a replica set as a config server',
      'plain',
      ['plain:config-server', 'part:sharding'],
      /sharding interface cannot be used by replicas/,
    ],
    ['a shard as a config server', 'part', ['part:config-server', 'wrong:sharding'], /a shard has no shards of its own/],
    ['a config server as a shard', 'head', ['plain:config-server', 'head:sharding'], /a config server cannot be a shard/],
  ])('%s is refused with a sentence that says what to do, for as long as it lasts', async (_, application, ends, words) => {
    await model.juju('integrate', ...ends);
    await blocked(application, words);
    await model.juju('remove-relation', ...ends);
    await model.waitFor('the sentence to be gone', status => settled(status) && !words.test(said(status, application)?.message ?? ''));
  });

  test.each(['plain', 'part'])('%s has no routers', async application => {
    await model.tryJuju('deploy', 'mongos');
    await model.tryJuju('integrate', 'mongos', 'data-integrator');
    await model.juju('integrate', `${application}:cluster`, 'mongos:cluster');
    await blocked(application, /Relation to mongos not supported, config role must be config-server/);
    await model.waitFor('the router to wait', status => said(status, 'mongos')?.current === 'waiting');
    await model.juju('remove-relation', `${application}:cluster`, 'mongos:cluster');
    await model.waitFor('the sentence to be gone', status => settled(status) && !/mongos/.test(said(status, application)?.message ?? ''));
  });

  test('parts of another build of the charm are refused by both sides, and given nothing secret', async () => {
    const charm = await buildWithVersion('9.9.9');
    try {
      await model.juju('deploy', charm, 'newer', '--config', 'role=shard');
      await model.juju('integrate', 'head:config-server', 'newer:sharding');
      await blocked(
        'newer',
        /^juju refresh the one that is older: Charm revision 9\.9\.9-locally built is not up-to date with config-server \(\d+\.\d+\.\d+-locally built\)/,
      );
      await model.waitFor('the config server to wait', status =>
        /^Waiting for shards to upgrade\/downgrade to revision \d+\.\d+\.\d+-locally built\. Another one runs on newer$/.test(
          said(status, 'head')?.message ?? '',
        ),
      );
      await model.waitFor('all to be done', settled);
      const shown = JSON.parse(await model.juju('show-unit', '--format=json', 'newer/0'));
      const bag = shown['newer/0']['relation-info'].find((one: { endpoint: string }) => one.endpoint === 'sharding')['application-data'];
      expect(Object.keys(bag).sort()).toEqual(['data', 'deployment', 'host', 'version']);
    } finally {
      await rm(dirname(charm), { recursive: true, force: true });
    }
  });
});
