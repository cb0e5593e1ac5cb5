// mongod.conf: what is in it, and which changes ask for a restart.
import { load } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import type { Config } from '../../../src/core/config.ts';
import { renderMongodConfig } from '../../../src/plan/mongod-config.ts';
import { CONFIG } from './world.ts';

const rendered = (config: Partial<Config> = {}, more: Partial<Parameters<typeof renderMongodConfig>[0]> = {}) =>
  renderMongodConfig({
    root: '',
    setName: 'mongodb',
    config: { ...CONFIG, ...config },
    percona: false,
    role: 'replication',
    keyToken: 'token',
    moves: 0,
    ...more,
  });
const parsed = (...args: Parameters<typeof rendered>) => load(rendered(...args).text) as Record<string, Record<string, unknown>>;

test('the whole of it', () => {
  expect(parsed()).toEqual({
    net: {
      bindIp: '*',
      ipv6: true,
      port: 27017,
      unixDomainSocket: { pathPrefix: '/var/snap/charmed-mongodb/common/var', filePermissions: 0o700 },
    },
    storage: { dbPath: '/var/snap/charmed-mongodb/common/var/lib/mongodb' },
    systemLog: {
      destination: 'file',
      path: '/var/snap/charmed-mongodb/common/var/log/mongodb/mongodb.log',
      logAppend: true,
      logRotate: 'rename',
      verbosity: 0,
    },
    operationProfiling: { slowOpThresholdMs: 100 },
    replication: { replSetName: 'mongodb' },
    security: { authorization: 'enabled', keyFile: '/var/snap/charmed-mongodb/current/etc/mongod/keyFile' },
    setParameter: {
      authenticationMechanisms: 'SCRAM-SHA-256',
      processUmask: '037',
      automationServiceDescriptor: `charm-${rendered().hash}`,
    },
  });
});
test('options that are set', () => {
  const conf = parsed({
    'cache-size-mb': 512,
    'oplog-size-mb': 2000,
    'max-connections': 300,
    'log-verbosity': 2,
    'slow-operation-threshold-ms': 5,
  });
  expect(conf.storage).toHaveProperty('wiredTiger.engineConfig.cacheSizeGB', 0.5);
  expect(conf.replication).toHaveProperty('oplogSizeMB', 2000);
  expect(conf.net).toHaveProperty('maxIncomingConnections', 300);
  expect(conf.systemLog).toHaveProperty('verbosity', 2);
  expect(conf.operationProfiling).toEqual({ slowOpThresholdMs: 5 });
});
test('the audit log is for Percona Server alone', () => {
  expect(parsed()).not.toHaveProperty('auditLog');
  expect(parsed({}, { percona: true }).auditLog).toEqual({
    destination: 'file',
    format: 'JSON',
    path: '/var/snap/charmed-mongodb/common/var/log/mongodb/audit.log',
  });
});

describe('a restart is needed', () => {
  const before = rendered().hash;
  test.each<[string, Partial<Config>]>([
    ['for another limit of connections', { 'max-connections': 200 }],
    ['when the cache gets a size of its own', { 'cache-size-mb': 300 }],
  ])('%s', (_, config) => expect(rendered(config).hash).not.toBe(before));
  test('for the audit log', () => expect(rendered({}, { percona: true }).hash).not.toBe(before));
});
describe('no restart is needed', () => {
  const before = rendered().hash;
  test.each<[string, Partial<Config>]>([
    ['for the threshold of slow operations', { 'slow-operation-threshold-ms': 1 }],
    ['for the verbosity', { 'log-verbosity': 5 }],
    ['for the size of the oplog', { 'oplog-size-mb': 5000 }],
    ['for auto-delete', { 'auto-delete': true }],
  ])('%s', (_, config) => expect(rendered(config).hash).toBe(before));
  test('from one size of the cache to another', () => {
    expect(rendered({ 'cache-size-mb': 300 }).hash).toBe(rendered({ 'cache-size-mb': 400 }).hash);
  });
  test('on a machine whose paths begin elsewhere, so that members can compare', () => {
    expect(rendered({}, { root: '/elsewhere' }).hash).toBe(before);
    expect(rendered({}, { root: '/elsewhere' }).text).toContain('/elsewhere/var/snap/charmed-mongodb/common/var/lib/mongodb');
  });
});
