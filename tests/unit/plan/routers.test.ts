// Routers: the process on each machine, what their leader asks for and tells their host.

import { load } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { mongos } from '../../../src/charms/mongos.ts';
import type { Observed } from '../../../src/core/observed.ts';
import { together } from '../../../src/core/plan.ts';
import { worst } from '../../../src/core/status.ts';
import { encodeRouterRequest } from '../../../src/interfaces/config-server.ts';
import { planHostClient } from '../../../src/plan/host-client.ts';
import { ofConfigServer, planRouter } from '../../../src/plan/router.ts';
import { renderRouterConfig } from '../../../src/plan/router-config.ts';
import { planRouterRequest } from '../../../src/plan/router-request.ts';
import { EXTERNAL_REQUEST, hostRelation, routerSeen } from './beside.ts';
import { inRole } from './cluster.ts';
import { member, wanted, withMembers } from './world.ts';

const all = (seen: Observed) => together(mongos.planners.map(planner => planner(seen)));
const kinds = (seen: Observed) => all(seen).effects.map(effect => effect.do);
const said = (seen: Observed) => worst(all(seen).unit).message;

describe('mongos.conf', () => {
  const base = { root: '', configDb: 'c/10.0.0.1:27017', keyFile: 'theKey', external: false };
  test('binds the socket alone for a host on the same machine, and every address for others', () => {
    const local = load(renderRouterConfig(base).text) as { net: Record<string, unknown>; sharding: unknown };
    expect(local.net).toMatchObject({ ipv6: true, bindIp: '/var/snap/charmed-mongodb/common/var/mongodb-27018.sock', port: 27018 });
    expect(local.sharding).toEqual({ configDB: 'c/10.0.0.1:27017' });
    expect(load(renderRouterConfig({ ...base, external: true }).text)).toMatchObject({ net: { bindIp: '*', ipv6: true } });
  });
  test('has another fingerprint for another key, place or reach, and not for another folder; the key is not in it', () => {
    const hashes = [base, { ...base, keyFile: 'other' }, { ...base, configDb: 'c/10.0.0.2:27017' }, { ...base, external: true }].map(
      one => renderRouterConfig(one).hash,
    );
    expect(new Set(hashes).size).toBe(4);
    expect(renderRouterConfig({ ...base, root: '/machine' }).hash).toBe(hashes[0]);
    expect(renderRouterConfig({ ...base, keyFile: 'very-secret' }).text).not.toContain('very-secret');
  });
});

describe('the router of a config server', () => {
  const plan = planRouter(ofConfigServer);
  test('knows all members, by unit number, also those whose unit is not known yet', () => {
    const seen = withMembers(inRole('config-server', {}, 1), [member(10, 'secondary', { id: 0 }), member(0), member(2)]);
    expect(ofConfigServer(seen)).toMatchObject({ configDb: 'mongodb/10.0.0.1:27017,10.0.0.3:27017,10.0.0.11:27017', external: true });
  });
  test('is started when the set is there, and left alone while nothing is known of it', () => {
    expect(plan(inRole('config-server')).effects.map(effect => effect.do)).toEqual(['write-router-files', 'start-router', 'open-port']);
    const silent = { ...inRole('config-server'), mongod: { kind: 'silent', reason: 'x' } } as const;
    expect(plan(silent).effects).toEqual([]);
  });
  test('is stopped where there is to be none', () => {
    const seen = inRole('shard');
    const left = { ...seen, host: { ...seen.host, router: { ...seen.host.router, config: 'x' } } };
    expect(plan(left).effects).toEqual([{ do: 'stop-router' }]);
    expect(plan(seen).effects).toEqual([]);
  });
});

describe('a router beside its host', () => {
  test('without a config server it says just that', () => {
    expect(said(routerSeen({ server: undefined }))).toBe('Missing relation to config-server.');
  });
  test('asks for nothing before its host has asked', () => {
    const seen = routerSeen({ host: hostRelation({ remote: {} }), answered: false, own: {} });
    expect(planRouterRequest(seen).effects).toEqual([]);
    expect(said(seen)).toBe('waiting for app to ask for a database');
  });
  test('hands on what its host asks for, with the secrets that it needs', () => {
    const [publish] = planRouterRequest(routerSeen({ answered: false, own: {} })).effects;
    expect(publish).toMatchObject({
      do: 'publish',
      endpoint: 'cluster',
      clear: { database: 'shop', 'external-node-connectivity': 'false', 'requested-secrets': expect.stringContaining('key-file') },
    });
    expect(said(routerSeen({ answered: false }))).toBe('Connecting to config-server');
  });
  test('is started with what it was told, once', () => {
    expect(kinds(routerSeen({ running: 'none' }))).toEqual(['write-router-files', 'start-router']);
    expect(kinds(routerSeen({ running: 'older' }))).toEqual(['halt-router', 'write-router-files', 'start-router']);
    expect(kinds(routerSeen({ running: 'stale' }))).toEqual(['restart-router']);
    expect(said(routerSeen({ running: 'silent' }))).toBe('Waiting for mongos to start');
  });
  test('tells its host everything in one go, when it is ready', () => {
    const seen = routerSeen({ published: false });
    expect(planHostClient(seen).effects).toMatchObject([
      {
        do: 'publish',
        clear: { database: 'shop', endpoints: expect.stringContaining('mongodb-27018.sock') },
        secrets: { user: { username: 'relation-4', password: 'pw', uris: expect.stringContaining('relation-4:pw@%2Fvar') } },
      },
    ]);
    expect(planHostClient(routerSeen({ published: false, running: 'silent' })).effects).toEqual([]);
  });
  test('leaves a steady one alone', () => {
    expect(all(routerSeen({}))).toMatchObject({ effects: [], pending: false, wake: false });
    expect(said(routerSeen({}))).toBe('');
  });
  test('for a host that hands its credentials on, every unit that is ready is named, by number, and the port is open', () => {
    const seen = routerSeen({ published: false, host: hostRelation({ remote: EXTERNAL_REQUEST }), units: 11 });
    const [publish] = planHostClient(seen).effects;
    expect(publish).toMatchObject({ clear: { endpoints: Array.from({ length: 11 }, (_, n) => `10.0.0.${n + 1}`).join(',') } });
    expect(kinds(seen)).toContain('open-port');
  });
  test.each([
    ['what the host asked for before', encodeRouterRequest({ database: 'shop', extraUserRoles: ['admin'] }, 3)],
    ['the host before this one', encodeRouterRequest({ database: 'shop', extraUserRoles: [] }, 2)],
  ])('an answer to %s is not handed on', (_, answered) => {
    expect(planHostClient(routerSeen({ published: false, answered })).effects).toEqual([]);
  });
  test('what the host takes back is taken back from the config server', () => {
    const seen = routerSeen({ host: hostRelation({ remote: {} }), own: { database: 'shop', 'extra-user-roles': 'admin' } });
    expect(planRouterRequest(seen).effects).toMatchObject([{ do: 'publish', clear: { database: '', 'extra-user-roles': '' } }]);
  });
  test('what it cannot understand is handed on to nobody, and said', () => {
    const seen = routerSeen({ host: hostRelation(), own: {}, answered: false });
    const odd = { ...seen, juju: { ...seen.juju, hosts: [hostRelation({ remote: { database: 'shop', 'requested-secrets': 'x' } })] } };
    expect(planRouterRequest(odd).effects).toEqual([]);
    expect(worst(all(odd).unit)).toMatchObject({ level: 'blocked', message: expect.stringMatching(/^app: requested-secrets/) });
  });
  test('only the leader asks and tells', () => {
    const seen = routerSeen({ published: false, own: {} });
    const other = { ...seen, juju: { ...seen.juju, leader: false } };
    expect([...planRouterRequest(other).effects, ...planHostClient(other).effects]).toEqual([]);
    expect(
      kinds({ ...other, router: { kind: 'silent', reason: 'x' }, host: { ...other.host, router: { service: 'inactive', logBytes: 0 } } }),
    ).toEqual(['write-router-files', 'start-router']);
  });
  test('a host that is on the same machine again closes the port', () => {
    const seen = routerSeen({});
    expect(kinds({ ...seen, juju: { ...seen.juju, openedPorts: ['27018/tcp'] } })).toEqual(['close-port']);
  });
  test('one that is silent for a moment stays on the list; one that was never ready is not on it', () => {
    const seen = routerSeen({ host: hostRelation({ remote: EXTERNAL_REQUEST }), units: 2, published: false });
    const units = new Map(seen.juju.peers?.units);
    units.set('mongodb/1', { address: '10.0.0.2', data: {} });
    const fresh = { ...seen, juju: { ...seen.juju, peers: { id: 1, app: {}, units } } };
    expect(planHostClient(seen).effects).toMatchObject([{ clear: { endpoints: '10.0.0.1,10.0.0.2' } }]);
    expect(planHostClient(fresh).effects).toMatchObject([{ clear: { endpoints: '10.0.0.1' } }]);
    expect(kinds({ ...seen, router: { kind: 'silent', reason: 'x' } })).not.toContain('set-peer-unit');
  });
  test('beside a mongod of the charm mongodb it does nothing, and leaves that one’s files when it goes', () => {
    const seen = routerSeen({ running: 'none' });
    const shared = { ...seen, host: { ...seen.host, config: wanted.text } };
    expect(kinds(shared)).toEqual([]);
    expect(worst(all(shared).unit)).toMatchObject({ level: 'blocked', message: expect.stringContaining('cannot share a machine') });
    const gone = { ...shared, juju: { ...shared.juju, dying: true }, context: { ...shared.context, hook: 'remove' } };
    expect(kinds(gone)).toEqual(['set-peer-unit']);
    // What the snap brings along is no such mongod.
    expect(kinds({ ...seen, host: { ...seen.host, config: 'net:\n  port: 27017\n' } })).toEqual(['write-router-files', 'start-router']);
  });
  test('without its config server it stops, and takes the credentials back', () => {
    const seen = routerSeen({ server: undefined });
    expect(kinds(seen)).toContain('stop-router');
    expect(planHostClient(seen).effects).toMatchObject([{ do: 'publish', clear: { 'secret-user': '', endpoints: '' }, secrets: {} }]);
  });
  test('whose host is gone it stops: its unit goes, too, and is not started anew before', () => {
    const seen = routerSeen({ host: hostRelation({ remote: EXTERNAL_REQUEST }) });
    expect(kinds({ ...seen, juju: { ...seen.juju, hosts: [] } })).toEqual(['stop-router', 'set-peer-unit']);
  });
  test('secrets that cannot be read at the moment take nothing back', () => {
    const seen = routerSeen({ readable: false });
    expect(kinds(seen)).toEqual([]);
  });
  test('one that goes stops, and cleans up at the end', () => {
    const seen = routerSeen({});
    const dying = { ...seen, juju: { ...seen.juju, dying: true } };
    expect(kinds(dying)).toEqual(['stop-router', 'set-peer-unit']);
    expect(kinds({ ...dying, context: { ...dying.context, hook: 'remove' } })).toContain('clean-machine');
  });
});
