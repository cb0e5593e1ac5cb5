import { chmod, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { failAction, readParams, setResults } from '../../../src/juju/action.ts';
import { runTool, withSecretFile } from '../../../src/juju/run.ts';
import * as tools from '../../../src/juju/tools.ts';
import { inHook } from '../../support/hook.ts';
import { makeTestFolder } from '../../support/run-folder.ts';
import { bagOf, deployed, PEER_RELATION, secretOf } from './deployed.ts';

describe('what the tools print is read', () => {
  test('of a leader that has nothing yet', async () => {
    const { model } = await deployed(2);
    const { value } = await inHook(model, 'mongodb/0', 'start', async () => ({
      leader: await tools.isLeader(),
      config: await tools.configGet(),
      peers: await tools.relationIds('database-peers'),
      clients: await tools.relationIds('database'),
      units: await tools.relationUnits(PEER_RELATION),
      app: await tools.applicationBag(PEER_RELATION, 'mongodb'),
      address: await tools.networkAddress('database-peers'),
      secrets: await tools.secretIds(),
      secret: await tools.secretByLabel('mongodb.app'),
      owned: await tools.ownedSecretId('mongodb.app'),
      ports: await tools.openedPorts(),
      unit: await tools.unitStatus(),
      application: await tools.applicationStatus(),
      dying: (await tools.goalState()).dying.includes('mongodb/0'),
    }));
    expect(value).toMatchObject({
      leader: true,
      config: { 'auto-delete': false, 'slow-operation-threshold-ms': 100 },
      peers: [PEER_RELATION],
      clients: [],
      units: ['mongodb/1'],
      app: {},
      address: model.machines['0']?.address,
      secrets: [],
      ports: [],
      unit: { status: 'unknown', message: '' },
      application: {
        status: 'unknown',
        units: new Map([
          ['mongodb/0', { status: 'unknown', message: '' }],
          ['mongodb/1', { status: 'unknown', message: '' }],
        ]),
      },
      dying: false,
    });
    expect(value.secret).toBeUndefined();
    expect(value.owned).toBeUndefined();
  });

  test('relations by number, not by letter', async () => {
    const { model, client } = await deployed(1);
    for (let i = 0; i < 10; i += 1) client(`client-${'abcdefghij'[i]}`);
    const { value } = await inHook(model, 'mongodb/0', 'update-status', () => tools.relationIds('database'));
    expect(value).toEqual([...value].sort((a, b) => a - b));
    expect(value.at(-1)).toBeGreaterThanOrEqual(10);
  });

  test('a unit that is being removed', async () => {
    const { model } = await deployed(1);
    const unit = model.units['mongodb/0'];
    if (unit !== undefined) unit.life = 'dying';
    expect((await inHook(model, 'mongodb/0', 'stop', () => tools.goalState())).value.dying).toEqual(['mongodb/0']);
  });

  test('what is not for us is undefined where that is to be expected, and a failure elsewhere', async () => {
    const { model, client } = await deployed(2);
    const { id } = client('app');
    const { value } = await inHook(model, 'mongodb/1', 'update-status', async () => ({
      other: await tools.remoteBag(id, 'nobody'),
      owned: await tools.ownedSecretId('mongodb.app'),
      gone: await tools.relationApplication(99),
    }));
    expect(value).toEqual({});
    const own = inHook(model, 'mongodb/1', 'update-status', () => tools.applicationBag(id, 'mongodb'));
    await expect(own).rejects.toThrow('cannot run relation-get: permission denied');
  });
});

describe('what is written', () => {
  test('bags through standard input, an empty value takes the key away', async () => {
    const { model } = await deployed(1);
    const relation = model.relations[PEER_RELATION]!;
    const value = '-- "quoted" \u00fc\n: {}';
    const { calls, refused } = await inHook(model, 'mongodb/0', 'start', async () => {
      await tools.relationSet(PEER_RELATION, 'application', { key: value, old: 'x' });
      await tools.relationSet(PEER_RELATION, 'application', { old: '' });
      await tools.relationSet(PEER_RELATION, 'unit', { mine: '1' });
    });
    expect(refused).toBeUndefined();
    expect(bagOf(relation, 'mongodb')).toEqual({ key: value });
    expect(bagOf(relation, 'mongodb/0')).toMatchObject({ mine: '1' });
    expect(JSON.stringify(calls.map(({ words }) => words))).not.toContain('quoted');
  });

  test('statuses and the log, whatever they begin with', async () => {
    const { model } = await deployed(1);
    const { log } = await inHook(model, 'mongodb/0', 'start', async () => {
      await tools.statusSet('unit', 'blocked', '--why not');
      await tools.statusSet('application', 'active', '');
      await tools.jujuLog('WARNING', '-a\n-b');
      await tools.jujuLog('INFO', 'x'.repeat(1_000_000));
      await tools.applicationVersionSet('6.0.5');
      await tools.openPort('27017/tcp');
    });
    expect(model.units['mongodb/0']).toMatchObject({ workload: { current: 'blocked', message: '--why not' }, ports: [{ from: 27017 }] });
    expect(model.applications.mongodb).toMatchObject({ status: { current: 'active', message: '' }, version: '6.0.5' });
    expect(log[0]).toBe('WARNING -a\n-b');
    expect(log[1]?.length).toBeGreaterThan(10_000);
  });

  test('a secret is made, granted, changed, looked up and removed, and no call names what is in it', async () => {
    const { model, client } = await deployed(1);
    const { id: relation } = client('app');
    const content = { 'operator-password': ' s3cret\n"\'\u00fc: #', keyfile: 'k'.repeat(1024) };
    const made = await inHook(model, 'mongodb/0', 'start', async () => {
      const uri = await tools.secretAdd('mongodb.app', content);
      await tools.secretGrant(uri, relation);
      return uri;
    });
    expect(made.value).toMatch(/^secret:/);
    expect(secretOf(model, 'mongodb.app')).toMatchObject({ content, granted: [`app in ${relation}`], revision: 1 });
    const used = await inHook(model, 'mongodb/0', 'update-status', async () => {
      const id = (await tools.ownedSecretId('mongodb.app')) ?? '';
      await tools.secretSet(id, { keyfile: 's3cret2' });
      return {
        ids: await tools.secretIds(),
        label: await tools.ownedSecretLabel(id),
        held: await tools.secretById(id),
      };
    });
    expect(used.value).toEqual({ ids: [secretOf(model, 'mongodb.app')?.id], label: 'mongodb.app', held: { keyfile: 's3cret2' } });
    expect(secretOf(model, 'mongodb.app')).toMatchObject({ content: { keyfile: 's3cret2' }, revision: 2 });
    for (const { words } of [...made.calls, ...used.calls]) expect(words.join(' ')).not.toMatch(/s3cret|kkkk/);
    for (const revision of [1, 1, undefined, undefined]) {
      const { refused } = await inHook(model, 'mongodb/0', 'update-status', () => tools.secretRemove(made.value, revision));
      expect(refused).toBeUndefined(); // gone already the second time
    }
    expect(model.secrets).toEqual({});
  });

  test('whoever has read a secret is told of changes, unless it has read them already', async () => {
    const { model, settle } = await deployed(2);
    await inHook(model, 'mongodb/0', 'start', () => tools.secretAdd('mongodb.app', { keyfile: 'one' }));
    for (const unit of ['mongodb/0', 'mongodb/1']) await inHook(model, unit, 'update-status', () => tools.secretByLabel('mongodb.app'));
    expect(settle().filter(line => line.includes('secret-'))).toEqual([]);
    const { value } = await inHook(model, 'mongodb/0', 'update-status', async () => {
      const id = (await tools.ownedSecretId('mongodb.app')) ?? '';
      await tools.secretSet(id, { keyfile: 'two' });
      return tools.secretById(id);
    });
    expect(value).toEqual({ keyfile: 'two' });
    expect(
      settle()
        .filter(line => line.includes('secret-changed'))
        .join(),
    ).toMatch(/^mongodb\/1 secret-changed [^,]*$/);
    expect((await inHook(model, 'mongodb/1', 'secret-changed', () => tools.secretByLabel('mongodb.app'))).value).toEqual({
      keyfile: 'two',
    });
  });
});

describe('actions', () => {
  const action = (parameters: Record<string, unknown>) =>
    ({ name: '', kind: 'action', action: { name: 'get-password', task: '2', parameters } }) as const;

  test('parameters, and results nested by dots', async () => {
    const { model } = await deployed(1);
    const ran = await inHook(model, 'mongodb/0', action({ username: 'backup', many: [1] }), async () => {
      const params = await readParams();
      await setResults({ password: 'a=b c', nested: { one: { two: '--2' } }, none: {} });
      return params;
    });
    expect(ran.value).toEqual({ username: 'backup', many: [1] });
    expect(ran.action).toMatchObject({ failed: false, results: { password: 'a=b c', nested: { one: { two: '--2' } } } });
  });

  test('no results are no call; a refusal is one sentence', async () => {
    const { model } = await deployed(1);
    const ran = await inHook(model, 'mongodb/0', action({}), async () => {
      await setResults({});
      await failAction('-no: not now');
    });
    expect(ran.calls.map(({ tool }) => tool)).toEqual(['action-fail']);
    expect(ran.action).toMatchObject({ failed: true, message: '-no: not now' });
  });
});

describe('a tool that does not answer as it should', () => {
  const { PATH } = process.env;
  let folder = '';
  beforeEach(async () => {
    folder = await makeTestFolder('tf-');
    process.env.PATH = `${folder}${delimiter}${PATH}`;
  });
  afterEach(async () => {
    process.env.PATH = PATH;
    await rm(folder, { recursive: true, force: true });
  });
  const put = async (name: string, script: string): Promise<void> => {
    const path = join(folder, name);
    await writeFile(path, `#!/bin/bash\n${script}\n`);
    await chmod(path, 0o755);
  };

  test.each([
    ['says why', 'echo "ERROR no such thing" >&2; exit 1', 'cannot run action-set: no such thing'],
    ['says nothing', 'exit 3', 'cannot run action-set: failed with 3'],
    ['is killed', 'kill -9 $$', 'cannot run action-set: ended by SIGKILL'],
  ])('%s: the words of the call are not repeated', async (_, script, message) => {
    await put('action-set', script);
    const failure = await runTool('action-set', ['password=s3cret']).catch((error: Error) => error);
    expect(failure).toMatchObject({ message });
    expect(JSON.stringify(failure, Object.getOwnPropertyNames(failure))).not.toContain('s3cret');
  });

  test('is not there at all', async () => {
    await expect(runTool('no-such-tool', ['s3cret'])).rejects.toThrow('cannot run no-such-tool: failed with ENOENT');
  });

  test('prints something else', async () => {
    await put('is-leader', 'echo maybe');
    await put('relation-ids', 'echo \'{"a":1}\'');
    await expect(tools.isLeader()).rejects.toThrow(/^cannot read what is-leader printed/);
    await expect(tools.relationIds('database')).rejects.toThrow(/^cannot read what relation-ids printed/);
  });

  test('has no action parameters, or no ids, and prints null', async () => {
    await put('action-get', 'echo null');
    await put('secret-ids', 'echo null');
    expect(await tools.actionGet()).toEqual({});
    expect(await tools.secretIds()).toEqual([]);
  });

  test('ends without reading what it is given', async () => {
    await put('relation-set', 'exit 0');
    await tools.relationSet(1, 'unit', { key: 'x'.repeat(1_000_000) });
  });

  test('no more than eight run side by side, and all of them run', async () => {
    const going = join(folder, 'going');
    await put('slow', `echo + >> ${going}; sleep 0.05; echo - >> ${going}; echo $1`);
    const answers = await Promise.all(Array.from({ length: 30 }, (_, n) => runTool('slow', [String(n)])));
    expect(answers.map(Number)).toEqual(Array.from({ length: 30 }, (_, n) => n));
    let now = 0;
    let most = 0;
    for (const line of (await readFile(going, 'utf8')).trim().split('\n')) {
      now += line === '+' ? 1 : -1;
      most = Math.max(most, now);
    }
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(8);
  });
});

test('the file of a secret has no name while it holds anything, and is gone with its use', async () => {
  const lent = await withSecretFile({ key: 'värde' }, async path => {
    expect(await stat(path)).toMatchObject({ nlink: 0, mode: 0o100600 });
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({ key: 'värde' });
    return path;
  });
  await expect(readFile(lent, 'utf8')).rejects.toThrow();
});
