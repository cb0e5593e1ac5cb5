// A client in Python with the library that charms of its kind use for version 1 of mongodb_client, as it comes from its makers. What it asks
// for is the charm's to read, and what the charm writes is the library's to check.
import { existsSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFailed, test } from 'vitest';
import { runAction, withMongo } from '../../support/client.ts';
import { openModel, type TestModel } from '../../support/model.ts';
import { opsPackages, stageOpsCharm } from '../../support/ops.ts';
import { makeTestFolder } from '../../support/run-folder.ts';
import { settled } from '../../support/status.ts';
import { acceptsLogin, deployMongodb, userNames } from './world.ts';

type Line = { event: string; resource: string; username: string; password: string; uris: string; [fact: string]: unknown };

const packages = await opsPackages('library-client');

if ('missing' in packages) {
  test('a client with the library of charms in Python', ({ skip }) => skip(packages.missing));
} else {
  describe('a client with the library of charms in Python', () => {
    let model: TestModel;
    let folder: string;
    beforeAll(async () => {
      folder = await makeTestFolder('li-');
      await stageOpsCharm(join(folder, 'charm'), packages.folder, join(folder, 'events'), 'library-client');
      model = await openModel();
      await Promise.all([deployMongodb(model, 1), model.juju('deploy', join(folder, 'charm'), 'shop')]);
      await model.juju('integrate', 'mongodb', 'shop');
    });
    afterAll(async () => {
      await model?.close();
      await rm(folder, { recursive: true, force: true });
    });

    const tell = () => onTestFailed(async () => void process.stderr.write(await model.story()));
    const events = (application: string, event: string): Line[] => {
      const file = join(folder, 'events', `${application}-0`);
      const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
      return lines.map(line => JSON.parse(line) as Line).filter(line => line.event === event);
    };
    /** Waits until there are so many, nothing runs, and nobody is in error. */
    const until = (application: string, event: string, count: number) =>
      model.waitFor(`${count} times ${event}`, status => {
        const found = events(application, event);
        return settled(status) && found.length >= count && found;
      });
    const write = ({ uris, resource }: Line) =>
      withMongo(uris, async client => void (await client.db(resource).collection('orders').insertOne({ item: 'tea' })));

    test('is told once of each of its databases, with a user that writes there', async () => {
      tell();
      const created = await until('shop', 'resource_created', 2);
      expect(created.map(({ resource }) => resource).sort()).toEqual(['shop', 'stock']);
      expect(new Set(created.map(({ username }) => username)).size).toBe(2);
      for (const one of created) {
        expect(one).toMatchObject({ tls: false, endpoints: expect.stringMatching(/^127\./), uris: expect.stringContaining(one.username) });
        await write(one);
      }
      expect(events('shop', 'status_raised')).toEqual([]);
    });

    test('hears of a new password as authentication_updated, with the same user', async () => {
      tell();
      const before = events('shop', 'resource_created');
      const [task] = Object.values(await runAction(model, 'mongodb/leader', 'rotate-client-password'));
      expect(task).toMatchObject({ status: 'completed' });
      const updated = await until('shop', 'authentication_updated', 2);
      for (const one of before) {
        const now = updated.find(({ username }) => username === one.username);
        expect(now?.resource).toBe(one.resource);
        expect(now?.password).not.toBe(one.password);
        if (now !== undefined) await write(now);
        expect(await acceptsLogin(one.uris)).toBe(false);
      }
    });

    test('is told of what it is not given, beside what it is given', async () => {
      tell();
      await model.juju('deploy', join(folder, 'charm'), 'king', '--config', 'databases=court,castle', '--config', 'extra-user-roles=king');
      await model.waitFor('king to be there', settled);
      await model.juju('integrate', 'mongodb', 'king');
      const [raised] = await until('king', 'status_raised', 1);
      expect(raised).toMatchObject({ code: 5002, message: 'extra-user-roles names "king"' });
      expect(events('king', 'resource_created').map(({ resource }) => resource)).toEqual(['court']);
    });

    test('leaves no user behind', async () => {
      tell();
      const gone = events('shop', 'resource_created').map(({ username }) => username);
      await model.juju('remove-relation', 'mongodb', 'shop');
      await model.waitFor('the users to be gone', async status => {
        const names = settled(status) ? await userNames(model) : gone;
        return gone.every(name => !names.includes(name));
      });
    });
  });
}
