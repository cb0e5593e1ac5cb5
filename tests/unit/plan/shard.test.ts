// A shard's side: what it asks for, how it takes over key and passwords, how it leaves.
import { describe, expect, test } from 'vitest';
import { KEY_STAGE, RUNNING_CONFIG } from '../../../src/core/bags.ts';
import type { Observed } from '../../../src/core/observed.ts';
import { worst } from '../../../src/core/status.ts';
import { planMachine } from '../../../src/plan/machine.ts';
import { planShard } from '../../../src/plan/shard.ts';
import { nextKeys } from '../../../src/plan/shard-key.ts';
import { planUsers } from '../../../src/plan/users.ts';
import { wantedConfig } from '../../../src/plan/wanted-config.ts';
import { ADDED, cluster, GIVEN, inRole, openRouter, serverRelation, shard } from './cluster.ts';
import { build, secret } from './world.ts';

const kinds = (seen: Observed) => planShard(seen).effects.map(effect => effect.do);
const said = (seen: Observed) => worst(planShard(seen).app).message;
const strange = serverRelation({ content: GIVEN, remote: { version: '1', deployment: 'local', host: '["10.2.0.1"]' }, own: {} });

describe('without a config server', () => {
  test('it says what it misses, on every unit', () => {
    expect(planShard(inRole('shard')).unit[0]).toMatchObject({ level: 'blocked', message: expect.stringContaining('missing relation') });
    expect(planShard(inRole('shard', {}, 3, 1)).unit).toHaveLength(1);
  });
});

describe('when it is related', () => {
  test('it asks for its secrets before anything else, and only its leader does', () => {
    const server = serverRelation({ remote: {}, content: {}, own: {} });
    expect(planShard(inRole('shard', { juju: { configServer: server } })).effects).toMatchObject([
      { do: 'publish', clear: { 'requested-secrets': expect.stringContaining('key-file'), version: '1', 'auth-updated': '' } },
    ]);
    expect(kinds(inRole('shard', { juju: { configServer: server } }, 2, 1))).toEqual([]);
    expect(said(inRole('shard', { juju: { configServer: server } }))).toBe('waiting for the config-server to answer');
  });

  test('another build of the charm is refused, and its key not taken', () => {
    const server = { ...strange, remote: { ...strange.remote, version: '2' } };
    const seen = inRole('shard', { juju: { configServer: server } });
    expect(said(seen)).toContain('Charm revision 1-locally built is not up-to date with config-server (2-locally built)');
    expect(kinds(seen)).toEqual(['publish']);
  });

  test('another build that it could have had the secrets of is none to take passwords from either', () => {
    const server = serverRelation({
      remote: { version: '2', deployment: 'local', host: '[]' },
      content: { ...GIVEN, 'key-file': secret.keyFile },
    });
    expect(planUsers(inRole('shard', { juju: { configServer: server } })).effects).toEqual([]);
  });

  test('one that was a part of the cluster before says so, too, while the config server gives it no secrets', () => {
    const server = serverRelation({ remote: { ...strange.remote, version: '2' }, content: {} });
    const seen = inRole('shard', { juju: { configServer: server }, app: ADDED });
    expect(said(seen)).toContain('is not up-to date with config-server (2-locally built)');
  });

  test('it waits for the secrets', () => {
    expect(said(inRole('shard', { juju: { configServer: { ...strange, content: {} } } }))).toBe(
      'waiting for secrets from the config-server',
    );
  });
});

describe('the key of the cluster', () => {
  test('is not taken at once where another unit is coming, which may have begun with the key before', () => {
    const keyWith = (coming: readonly string[]) => {
      const seen = inRole('shard', { juju: { configServer: strange } });
      const { peers } = seen.juju;
      const alone = { ...seen, juju: { ...seen.juju, peers: { ...peers!, coming } } };
      const effect = planShard(alone).effects.find(one => one.do === 'set-app-secret');
      return effect?.do === 'set-app-secret' ? effect.content.keyfile : undefined;
    };
    expect(keyWith([])).toBe('clusterKey');
    expect(keyWith(['mongodb/1'])).toBe('- theKey\n- clusterKey\n');
  });
  test('is first accepted, then shown, then the only one', () => {
    expect(nextKeys(['mine'], 'theirs', false)).toEqual(['mine', 'theirs']);
    expect(nextKeys(['mine', 'theirs'], 'theirs', false)).toEqual(['theirs', 'mine']);
    expect(nextKeys(['theirs', 'mine'], 'theirs', false)).toEqual(['theirs']);
    expect(nextKeys(['mine', 'former'], 'theirs', false)).toEqual(['mine', 'theirs']);
    expect(nextKeys(['mine'], 'theirs', true)).toEqual(['theirs']);
  });

  test('goes into the secret, and the units are woken', () => {
    const effects = planShard(inRole('shard', { juju: { configServer: strange } }, 3)).effects;
    expect(effects.find(effect => effect.do === 'set-app-secret')).toMatchObject({ content: { keyfile: '- theKey\n- clusterKey\n' } });
    expect(effects).toContainEqual({ do: 'set-peer-app', values: { [KEY_STAGE]: '7: 2 of 2' } });
  });

  test('no step follows before every unit runs with the last one', () => {
    const seen = inRole('shard', { juju: { configServer: strange } }, 3);
    const { peers } = seen.juju;
    if (peers === undefined) throw new Error('no peers');
    const units = new Map(peers.units);
    units.set('mongodb/2', { address: '10.0.0.3', data: { [RUNNING_CONFIG]: 'older' } });
    expect(kinds({ ...seen, juju: { ...seen.juju, peers: { ...peers, units } } })).toEqual(['publish']);
  });

  test('and passwords are not mixed: the users keep theirs until the key is the cluster’s alone', () => {
    const changing = { ...secret, keyFile: '- clusterKey\n- theKey\n' };
    const seen = inRole('shard', { juju: { configServer: strange, secret: changing } }, 3);
    expect(planUsers({ ...seen, host: { ...seen.host, keyFile: changing.keyFile } }).effects).toEqual([]);
  });
});

describe('the passwords of the cluster', () => {
  const has = { ...secret, keyFile: 'clusterKey' };
  const server = { ...strange, fingerprints: { operator: 'f-c-op', backup: 'f-c-back' } };
  const seen = inRole('shard', { juju: { configServer: server, secret: has } });
  const ready = { ...seen, host: { ...seen.host, keyFile: 'clusterKey' } };

  test('are given to the database, and kept in the secret; monitor keeps its own', () => {
    expect(planUsers(ready).effects.map(effect => effect.do === 'set-user' && [effect.user.name, effect.user.password])).toEqual([
      ['operator', 'c-op'],
      ['backup', 'c-back'],
    ]);
    expect(planShard(ready).effects.find(effect => effect.do === 'set-app-secret')).toMatchObject({
      content: { 'operator-password': 'c-op', 'backup-password': 'c-back', 'monitor-password': 'mon', keyfile: 'clusterKey' },
    });
  });

  test('it says that it is ready only when all of this is done', () => {
    const readiness = (one: Observed) =>
      planShard(one).effects.flatMap(effect => (effect.do === 'publish' ? [effect.clear['auth-updated']] : []));
    expect(readiness(ready)).toEqual(['']);
    const done = inRole('shard', { juju: { configServer: serverRelation({ own: {} }) } });
    expect(readiness(done)).toEqual(['true']);
    expect(planShard(done).effects).toContainEqual({ do: 'set-peer-app', values: { ...ADDED, moves: '' } });
  });

  test('are followed, in database and secret alike, when config server and shard come to be of different builds', () => {
    const content = { ...GIVEN, 'key-file': secret.keyFile };
    const newer = { version: '2', deployment: 'local', host: '["10.2.0.1"]' };
    const fingerprints = { operator: 'f-c-op', backup: 'f-c-back' };
    for (const [remote, app] of [
      [{ ...newer, 'shard-integrated': 'true' }, {}],
      [newer, ADDED],
    ] as const) {
      const refreshed = inRole('shard', { juju: { configServer: serverRelation({ remote, content, fingerprints }) }, app });
      expect(planUsers(refreshed).effects.map(effect => effect.do === 'set-user' && effect.user.password)).toEqual(['c-op', 'c-back']);
      expect(planShard(refreshed).effects.find(effect => effect.do === 'set-app-secret')).toMatchObject({
        content: { 'operator-password': 'c-op', 'backup-password': 'c-back', keyfile: secret.keyFile },
      });
      expect(said(refreshed)).toContain('is not up-to date with config-server (2-locally built)');
    }
  });

  test('one that belongs to the cluster has nothing to do, and nothing to say', () => {
    const added = inRole('shard', { juju: { configServer: serverRelation() }, app: ADDED });
    expect(planShard(added)).toMatchObject({ effects: [], unit: [], app: [], wake: false });
  });
});

describe('when its relation is gone', () => {
  const left = (
    router = openRouter(
      cluster([shard('mongodb', { draining: true }), shard('other')], { databases: [{ name: 'shop', primary: 'mongodb' }] }),
    ),
  ) => inRole('shard', { app: ADDED, router });

  test('it shows what remains, and looks again', () => {
    expect(said(left())).toBe('draining from the cluster: 1 database(s) and 0 chunk(s) remain');
    expect(planShard(left())).toMatchObject({ effects: [], wake: true });
    const chunks = new Map([['mongodb', { chunks: 101, jumbo: [] }]]);
    const many = openRouter(cluster([shard('mongodb', { draining: true }), shard('other')], { remaining: chunks }));
    expect(said(left(many))).toBe('draining from the cluster: 0 database(s) and about 200 chunk(s) remain');
  });

  test('one that is not drained yet is never taken for drained', () => {
    for (const router of [
      openRouter(cluster([shard('mongodb'), shard('other')])),
      openRouter({ problem: 'x' }),
      { kind: 'silent', reason: 'x' } as const,
    ]) {
      const seen = left(router);
      expect(planShard({ ...seen, context: { ...seen.context, hook: 'config-changed' } })).toMatchObject({ effects: [], wake: true });
      expect(worst(planShard(left(router)).unit).level).toBe('waiting');
    }
  });

  test.each([
    ['does not answer: it may be gone for good', { kind: 'silent', reason: 'x' } as const],
    ['does not begin: it may be about to go itself', openRouter(cluster([shard('mongodb'), shard('other')]))],
  ])('after a while one is left to update-status whose config server %s', (_, router) => {
    const seen = left(router);
    expect(planShard({ ...seen, context: { ...seen.context, hook: 'update-status' } })).toMatchObject({ effects: [], wake: false });
  });

  test('as the last shard it waits, and wakes nobody until there is another', () => {
    for (const others of [[], [shard('other', { draining: true })]]) {
      const seen = left(openRouter(cluster([shard('mongodb'), ...others])));
      expect(planShard(seen)).toMatchObject({ effects: [], wake: false });
      expect(said(seen)).toBe('waiting for the config-server to remove the shard');
    }
  });

  test('when the cluster lists it no more, it says so and is to forget it', () => {
    const seen = left(openRouter(cluster([shard('other')])));
    expect(said(seen)).toBe('Shard drained from cluster, ready for removal');
    expect(planShard(seen).effects).toEqual([
      { do: 'set-peer-app', values: { drained: 'true', 'config-servers': '', 'added-by': '', moves: '' } },
    ]);
  });

  test('integrated again before it was drained at all, it goes on as it was', () => {
    const seen = inRole('shard', { app: ADDED, juju: { configServer: serverRelation({ id: 9 }) } });
    expect(planShard(seen)).toMatchObject({ unit: [], app: [], wake: false });
    expect(planShard(seen).effects).toEqual([{ do: 'set-peer-app', values: { ...ADDED, 'added-by': '9', moves: '' } }]);
  });

  test('integrated elsewhere at once, it takes no key before it has left', () => {
    const seen = inRole('shard', {
      app: ADDED,
      juju: { configServer: { ...strange, id: 9 } },
      router: openRouter(cluster([shard('mongodb')])),
    });
    expect(kinds(seen)).toEqual(['publish']);
  });
});

describe('a former shard', () => {
  const former = (known: boolean | undefined, related = false): Observed => {
    const seen = inRole('shard', { app: { drained: 'true' }, juju: related ? { configServer: strange } : {} });
    if (seen.mongod.kind !== 'member' || seen.mongod.primary === undefined) throw new Error('no primary');
    // It runs with the configuration of one that is no shard.
    const primary = { ...seen.mongod.primary, ...(known === undefined ? {} : { cluster: known }) };
    return { ...seen, mongod: { ...seen.mongod, primary } };
  };
  const asNone = (seen: Observed): Observed => {
    if (seen.mongod.kind !== 'member') return seen;
    return { ...seen, mongod: { ...seen.mongod, running: { ...seen.mongod.running, config: noShard } } };
  };
  const noShard = renderedWithoutRole();

  test('stays a shard, and is left alone, until it is to join a cluster again', () => {
    expect(kinds(former(true))).toEqual([]);
    expect(worst(planShard(former(true)).unit)).toEqual({ level: 'active', message: 'Shard drained from cluster, ready for removal' });
    expect(wantedConfig(former(true))?.text).toContain('clusterRole: shardsvr');
    expect(wantedConfig(former(true, true))?.text).not.toContain('clusterRole');
  });
  test('is not touched while a mongod of it still runs as a shard', () => {
    expect(kinds(former(true, true))).toEqual(['publish']);
  });
  test('forgets its cluster before it joins another', () => {
    expect(kinds(asNone(former(true, true)))).toEqual(['publish', 'forget-cluster']);
    expect(planShard(asNone(former(false, true))).effects).toContainEqual({ do: 'set-peer-app', values: { drained: '' } });
  });
  test('that waits for a cluster which is gone is started without it', () => {
    const stuck = { ...former(true, true), mongod: { kind: 'silent', reason: 'connection refused' } } as const;
    const seen = { ...stuck, host: { ...stuck.host, build } };
    expect(planMachine(seen).effects.map(effect => effect.do)).toEqual(['stop-mongod', 'write-files', 'start-mongod']);
  });
});

function renderedWithoutRole(): string {
  const seen = inRole('shard', { app: { drained: 'true' }, juju: { configServer: strange } });
  const wanted = wantedConfig(seen);
  if (wanted === undefined) throw new Error('nothing is wanted');
  return wanted.hash;
}
