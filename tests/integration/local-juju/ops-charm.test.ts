// A charm written with ops, as it comes from its makers, on the local Juju: its observers are called as on a real one.
// One story in one model; each test goes on where the one before ended.
import { existsSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFailed, test } from 'vitest';
import { runAction } from '../../support/client.ts';
import { openModel, type TestModel } from '../../support/model.ts';
import { opsPackages, stageOpsCharm } from '../../support/ops.ts';
import { makeTestFolder } from '../../support/run-folder.ts';
import { allUnits, settled } from '../../support/status.ts';

type Line = {
  event: string;
  leader: boolean;
  count: number;
  relation?: string;
  app?: string | null;
  unit?: string | null;
  units?: string[];
  departing?: string | null;
  remote?: Record<string, string>;
  config?: Record<string, unknown>;
  [fact: string]: unknown;
};

const packages = await opsPackages();

if ('missing' in packages) {
  test('a charm written with ops', ({ skip }) => skip(packages.missing));
} else {
  describe('a charm written with ops', () => {
    let model: TestModel;
    let folder: string;
    const read = new Map<string, number>();

    beforeAll(async () => {
      folder = await makeTestFolder('op-');
      await stageOpsCharm(join(folder, 'charm'), packages.folder, join(folder, 'events'));
      model = await openModel();
    });
    afterAll(async () => {
      await model?.close();
      await rm(folder, { recursive: true, force: true });
    });

    const all = (unit: string): Line[] => {
      const file = join(folder, 'events', unit.replace('/', '-'));
      const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
      return lines.map(line => JSON.parse(line) as Line).filter(({ event }) => event !== 'update_status');
    };
    /** What the unit's observers were called with since this was last asked. */
    const news = (unit: string): Line[] => {
      const lines = all(unit);
      const fresh = lines.slice(read.get(unit) ?? 0);
      read.set(unit, lines.length);
      return fresh;
    };
    const short = ({ event, unit }: Line) => (unit ? `${event} ${unit}` : event);
    const pending = (unit: string, event: string) =>
      all(unit)
        .slice(read.get(unit) ?? 0)
        .filter(line => line.event === event);
    const tell = () =>
      onTestFailed(async () => {
        process.stderr.write(await model.story());
      });
    const workload = async (unit: string) => allUnits(await model.status())[unit]?.['workload-status'];

    test('the first hooks come in order, with state, status, ports and version kept', async () => {
      tell();
      await model.juju('deploy', join(folder, 'charm'), 'prov');
      await model.juju('deploy', join(folder, 'charm'), 'req');
      await model.waitFor('both to have started', status => all('prov/0').length >= 5 && all('req/0').length >= 5 && settled(status));
      for (const unit of ['prov/0', 'req/0']) {
        const lines = news(unit);
        expect(lines.map(short)).toEqual(['install', 'cluster_relation_created', 'leader_elected', 'config_changed', 'start']);
        expect(lines.map(({ count }) => count)).toEqual([1, 2, 3, 4, 5]);
        expect(lines[3]).toMatchObject({ config: { greeting: 'hello', port: 8080, crash: false }, ports: [8080] });
      }
      const { applications } = await model.status();
      expect(applications.prov).toMatchObject({
        version: '1.2.3',
        'application-status': { current: 'active', message: 'led by prov/0' },
        units: { 'prov/0': { 'workload-status': { current: 'blocked', message: 'not related' }, 'open-ports': ['8080/tcp'] } },
      });
    });

    test('a relation brings created, joined and changed, data both ways, and a granted secret', async () => {
      tell();
      await model.juju('integrate', 'prov:database', 'req:db');
      await model.waitFor(
        'each side to have seen the data of the other',
        status =>
          pending('req/0', 'db_relation_changed').some(({ password }) => password) &&
          pending('prov/0', 'database_relation_changed').some(({ seen }) => seen === '10.0.0.1') &&
          settled(status),
      );
      const [prov, req] = [news('prov/0'), news('req/0')];
      expect(prov.slice(0, 3).map(short)).toEqual([
        'database_relation_created',
        'database_relation_joined req/0',
        'database_relation_changed req/0',
      ]);
      expect(req[0]).toMatchObject({ event: 'db_relation_created', app: 'prov', unit: null });
      // The provider's application bag may be written before or after its unit is seen to join.
      expect(req.filter(({ unit }) => unit).map(short)).toEqual(['db_relation_joined prov/0', 'db_relation_changed prov/0']);
      expect(req.at(-1)).toMatchObject({ remote: { address: '10.0.0.1' }, password: 'first-password', units: ['prov/0'] });
      expect(await workload('req/0')).toMatchObject({ current: 'active' });
    });

    test('a new revision of the secret reaches the consumer under its label, and the old one is given up', async () => {
      tell();
      const relation = all('prov/0').find(({ event }) => event === 'database_relation_created')?.relation;
      const label = `password-${relation?.split(':')[1]}`;
      const answer = await runAction(model, 'prov/0', 'rotate', 'password=second-password');
      expect(answer['prov/0']).toMatchObject({ status: 'completed', results: { before: '1', label } });
      await model.waitFor(
        'the secret to have changed for both',
        status => pending('req/0', 'secret_changed').length > 0 && pending('prov/0', 'secret_remove').length > 0 && settled(status),
      );
      const passwords = ['first-password', 'second-password', 'second-password', 'second-password'];
      expect(news('req/0')).toMatchObject([{ event: 'secret_changed', label: 'db-password', passwords }]);
      // The owner has read the secret, so it is told as well; once it has moved on too, nobody tracks the first revision.
      expect(news('prov/0')).toMatchObject([
        { event: 'rotate_action' },
        { event: 'secret_changed', label, passwords },
        { event: 'secret_remove', label, revision: 1 },
      ]);
      const secrets = Object.values(JSON.parse(await model.juju('secrets', '--format=json')) as Record<string, { revision: number }>);
      expect(secrets).toMatchObject([{ revision: 2, owner: 'prov' }]);
    });

    test('actions get their parameters and give results, messages and failures', async () => {
      tell();
      const [given, failing] = [
        await runAction(model, 'req/leader', 'echo', 'text=a b', 'count=3'),
        await runAction(model, 'req/0', 'echo', 'fail=true'),
      ];
      expect(given['req/0']).toMatchObject({ status: 'completed', results: { text: 'a b', count: '3', hook: 'none' } });
      expect(JSON.stringify(given)).toContain('about to answer');
      expect(failing['req/0']).toMatchObject({ status: 'failed', message: 'told to fail', results: { text: 'nothing', count: '-1' } });
      expect(news('req/0').map(({ event }) => event)).toEqual(['echo_action', 'echo_action']);
      const { stderr } = await model.tryJuju('run', 'req/0', 'echo', 'count=many');
      expect(stderr).toContain('validation failed: (root).count : must be of type integer, given "many"');
    });

    test('a hook that raises leaves nothing behind, and is run again', async () => {
      tell();
      await model.juju('config', 'prov', 'crash=true', 'greeting=lost', 'port=9090');
      await model.waitFor('the hook to fail', status => allUnits(status)['prov/0']?.['workload-status'].current === 'error');
      const failed = await model.status();
      expect(allUnits(failed)['prov/0']).toMatchObject({
        'workload-status': { current: 'error', message: 'hook failed: "config-changed"' },
        'open-ports': ['8080/tcp'],
      });
      const peers = all('prov/0').find(({ event }) => event === 'cluster_relation_created')?.relation;
      const greeting = () => model.juju('exec', '--unit', 'prov/0', `relation-get -r ${peers} greeting prov/0`);
      expect(await greeting()).toBe('hello\n');
      await model.juju('config', 'prov', 'crash=false', 'greeting=kept');
      await model.tryJuju('resolved', 'prov/0');
      await model.waitFor(
        'the unit to recover',
        status => settled(status) && allUnits(status)['prov/0']?.['open-ports']?.includes('9090/tcp'),
      );
      const lines = news('prov/0').filter(({ event }) => event === 'config_changed');
      const [crashed, recovered] = [lines[0], lines.find(({ config }) => config?.crash === false)];
      expect(crashed?.config).toMatchObject({ crash: true, greeting: 'lost' });
      // The count is kept in the model and goes the way of all that a failed hook writes.
      expect(recovered?.count).toBe(crashed?.count);
      expect(await greeting()).toBe('kept\n');
    });

    test('a second unit meets its peer and the other application', async () => {
      tell();
      await model.juju('add-unit', 'prov');
      await model.waitFor(
        'the peers to know each other',
        status =>
          pending('prov/1', 'cluster_relation_changed').length > 0 &&
          pending('req/0', 'db_relation_changed').some(({ unit }) => unit === 'prov/1') &&
          pending('prov/0', 'cluster_relation_changed').some(({ unit }) => !unit) &&
          settled(status),
      );
      const old = news('prov/0').filter(({ event }) => event !== 'config_changed');
      const [young, req] = [news('prov/1'), news('req/0')];
      expect(young[0]).toMatchObject({ event: 'install', leader: false });
      expect(
        young
          .slice(1, 3)
          .map(({ event }) => event)
          .sort(),
      ).toEqual(['cluster_relation_created', 'database_relation_created']);
      expect(young.slice(3, 5).map(({ event }) => event)).toEqual(['config_changed', 'start']);
      expect(young.filter(({ unit }) => unit).map(short)).toEqual(
        expect.arrayContaining(['cluster_relation_joined prov/0', 'database_relation_joined req/0', 'database_relation_changed req/0']),
      );
      expect(young.map(short).indexOf('database_relation_joined req/0')).toBeLessThan(
        young.map(short).indexOf('cluster_relation_joined prov/0'),
      );
      expect(old.map(short).slice(0, 2)).toEqual(['cluster_relation_joined prov/1', 'cluster_relation_changed prov/1']);
      // A leader hears of its own write to the peers' application bag.
      expect(old.find(({ event, unit }) => event === 'cluster_relation_changed' && !unit)).toMatchObject({ remote: { members: '2' } });
      expect(req.map(short)).toEqual(['db_relation_joined prov/1', 'db_relation_changed prov/1']);
    });

    test('the end of a relation: departed for each unit, then broken', async () => {
      tell();
      await model.juju('remove-relation', 'prov', 'req');
      await model.waitFor(
        'everyone to have seen it end',
        status =>
          pending('req/0', 'db_relation_broken').length > 0 &&
          ['prov/0', 'prov/1'].every(unit => pending(unit, 'database_relation_broken').length > 0) &&
          settled(status),
      );
      expect(news('req/0')).toMatchObject([
        { event: 'db_relation_departed', unit: 'prov/0', departing: 'prov/0', units: ['prov/1'] },
        { event: 'db_relation_departed', unit: 'prov/1', departing: 'prov/1', units: [] },
        { event: 'db_relation_broken', unit: null, app: 'prov', units: [] },
      ]);
      for (const unit of ['prov/0', 'prov/1']) {
        expect(news(unit)).toMatchObject([
          { event: 'database_relation_departed', unit: 'req/0', departing: 'req/0' },
          { event: 'database_relation_broken', unit: null, app: 'req' },
        ]);
      }
      expect(await workload('req/0')).toEqual(expect.objectContaining({ current: 'blocked', message: 'not related' }));
    });

    test('a unit that leaves departs from its peers, stops and is removed', async () => {
      tell();
      await model.juju('remove-unit', 'prov/1', '--no-prompt');
      await model.waitFor(
        'the unit to be gone',
        status => !allUnits(status)['prov/1'] && pending('prov/0', 'cluster_relation_departed').length > 0 && settled(status),
      );
      expect(news('prov/1').map(({ event, unit, departing }) => [event, unit, departing])).toEqual([
        ['cluster_relation_departed', 'prov/0', 'prov/1'],
        ['stop', undefined, undefined],
        ['remove', undefined, undefined],
      ]);
      expect(news('prov/0')[0]).toMatchObject({ event: 'cluster_relation_departed', unit: 'prov/1', departing: 'prov/1', units: [] });
    });
  });
}
