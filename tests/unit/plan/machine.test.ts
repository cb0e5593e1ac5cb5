// Snap, files, service, settings and logs of one machine.
import { describe, expect, test } from 'vitest';
import type { Observed } from '../../../src/core/observed.ts';
import { nothing } from '../../../src/core/plan.ts';
import { worst } from '../../../src/core/status.ts';
import { planConfig } from '../../../src/plan/config.ts';
import { planInstall } from '../../../src/plan/install.ts';
import { LOG_LIMIT_BYTES, planLogs } from '../../../src/plan/logs.ts';
import { planMachine } from '../../../src/plan/machine.ts';
import { planObsolete, planSecret } from '../../../src/plan/secret.ts';
import { planSettings } from '../../../src/plan/settings.ts';
import { build, CONFIG, peerUnits, secret, steady, wanted } from './world.ts';

const does = (seen: Observed) => planMachine(seen).effects;
const silent = { kind: 'silent', reason: 'no socket' } as const;
const without = <K extends keyof Observed['juju']>(seen: Observed, key: K): Observed => {
  const { [key]: _, ...juju } = seen.juju;
  return { ...seen, juju: juju as Observed['juju'] };
};

test('a machine that has all it needs is left alone', () => {
  expect(planMachine(steady(1))).toEqual(nothing);
});
test('first the snap', () => {
  const { snap: _, ...host } = steady(1).host;
  const seen = { ...steady(1), host, mongod: silent };
  expect(planInstall(seen).effects).toEqual([{ do: 'install-snap', revision: '123' }]);
  expect(does(seen)).toEqual([]);
});
test('a machine of an architecture without a snap is left alone, and the unit says what to do', () => {
  const { snap: _, ...host } = steady(1).host;
  const seen = { ...steady(1), host: { ...host, architecture: 'arm64' }, mongod: silent };
  expect(planInstall(seen)).toMatchObject({
    effects: [],
    pending: false,
    unit: [{ level: 'blocked', message: expect.stringMatching(/^no MongoDB for arm64; run juju set-constraints mongodb arch=amd64/) }],
  });
});
const installed = {
  architecture: 'amd64',
  snap: { revision: '1' },
  service: 'inactive',
  logBytes: 0,
  router: { service: 'inactive', logBytes: 0 },
  build,
} as const;
test('then files and service, in one go', () => {
  expect(does({ ...steady(1), host: installed, mongod: silent })).toEqual([
    { do: 'write-files', config: wanted.text, keyFile: secret.keyFile },
    { do: 'start-mongod' },
  ]);
});
test('a mongod that does not run on a full disk says so, and is started all the same', () => {
  const shown = (freeBytes: number, service: 'active' | 'inactive') => {
    const seen = steady(1);
    const { effects, unit } = planMachine({ ...seen, host: { ...seen.host, service, freeBytes, build }, mongod: silent });
    return [effects.map(effect => effect.do), worst(unit).level];
  };
  expect(shown(0, 'inactive')).toEqual([['start-mongod'], 'blocked']);
  expect(shown(1024 ** 2, 'active')).toEqual([[], 'blocked']);
  expect(shown(1024 ** 3, 'inactive')).toEqual([['start-mongod'], 'maintenance']);
  expect(shown(1024 ** 3, 'active')).toEqual([[], 'waiting']);
});
test('nothing starts before the passwords are committed, or without peers', () => {
  expect(planMachine(without({ ...steady(1), host: installed, mongod: silent }, 'secret'))).toMatchObject({
    effects: [],
    unit: [{ level: 'waiting' }],
  });
  expect(planMachine(without({ ...steady(1), host: installed, mongod: silent }, 'peers'))).toMatchObject({
    effects: [],
    unit: [{ level: 'waiting' }],
  });
});
test('a service that was stopped is started, one that does not answer yet is waited for', () => {
  expect(does({ ...steady(1), host: { ...steady(1).host, service: 'inactive', build }, mongod: silent })).toEqual([{ do: 'start-mongod' }]);
  expect(planMachine({ ...steady(1), host: { ...steady(1).host, build }, mongod: silent })).toMatchObject({
    effects: [],
    pending: true,
    unit: [{ message: 'Waiting for MongoDB to start' }],
  });
});
describe('a mongod that does not answer gets the time of a start', () => {
  const host = { ...steady(1).host, build };
  const starting = (seen: Observed): boolean => planMachine({ ...seen, host: { ...host, ...seen.host }, mongod: silent }).starting;
  const told = (config: string) =>
    steady(1, { host, juju: { peers: { id: 1, app: {}, units: peerUnits(1, { 'mongod-config': config }) } } });
  test('while its databag tells of another configuration: a hook has restarted it, this one or one that was killed', () => {
    expect(starting(told('old'))).toBe(true);
    expect(starting(told(''))).toBe(true);
  });
  test('when this hook has started it', () => {
    expect(starting({ ...steady(1, { host }), started: true })).toBe(true);
  });
  test('not otherwise: it may be frozen, and hooks are not to wait for it one after the other', () => {
    expect(starting(steady(1, { host }))).toBe(false);
  });
  test('also while snapd refuses a start because it still carries out a restart, but not one that ends again and again', () => {
    const stopped = told('old');
    const inactive = { ...stopped, host: { ...stopped.host, service: 'inactive' as const } };
    expect(starting(inactive)).toBe(false);
    expect(starting({ ...inactive, failed: [{ effect: 'start-mongod', of: '', reason: 'change in progress' }] })).toBe(true);
  });
});
test('a file that was changed by hand is written again', () => {
  expect(does(steady(1, { host: { config: 'x' } }))).toEqual([{ do: 'write-files', config: wanted.text }]);
  expect(does(steady(1, { host: { keyFile: 'x' } }))).toEqual([{ do: 'write-files', keyFile: secret.keyFile }]);
});
test('a configuration that is not valid changes nothing and says which option', () => {
  const seen = steady(1, { juju: { config: { valid: false, option: 'log-verbosity', problem: 'log-verbosity=9 must be from 0 to 5' } } });
  expect(does(seen)).toEqual([]);
  expect(planSettings(seen).effects).toEqual([]);
  expect(planConfig(seen).unit).toEqual([
    { level: 'blocked', message: 'config log-verbosity=9 must be from 0 to 5; set it with juju config' },
  ]);
});
test('settings that mongod takes while it runs are compared with what it has', () => {
  const config = { ...CONFIG, 'slow-operation-threshold-ms': 20, 'log-verbosity': 1, 'cache-size-mb': 512, 'oplog-size-mb': 1000 };
  const seen = steady(1, { juju: { config: { valid: true, config } } });
  expect(planSettings(seen).effects).toEqual([{ do: 'set-mongod', slowMs: 20, verbosity: 1, cacheMiB: 512, oplogMB: 1000 }]);
  if (seen.mongod.kind !== 'member') throw new Error('not a member');
  const settings = { slowMs: 20, verbosity: 1, cacheBytes: 512 * 1048576, oplogBytes: 1000 * 1048576 };
  expect(planSettings({ ...seen, mongod: { ...seen.mongod, settings } }).effects).toEqual([]);
});
test('a log that has grown is put away', () => {
  expect(planLogs(steady(1, { host: { logBytes: LOG_LIMIT_BYTES } })).effects).toEqual([]);
  expect(planLogs(steady(1, { host: { logBytes: LOG_LIMIT_BYTES + 1 } })).effects).toEqual([{ do: 'rotate-log', of: 'mongod' }]);
});
test('the leader makes the passwords once, under the label that operators know', () => {
  const seen = without(steady(1), 'secret');
  expect(planSecret(seen).effects).toEqual([
    {
      do: 'add-app-secret',
      label: 'mongodb.app',
      content: { 'operator-password': 'fresh-op', 'monitor-password': 'fresh-mon', 'backup-password': 'fresh-back', keyfile: 'fresh-key' },
    },
  ]);
  expect(planSecret(without(steady(2, {}, 1), 'secret')).effects).toEqual([]);
  expect(planSecret(steady(1)).effects).toEqual([]);
});
test('an old revision that nobody follows is removed', () => {
  const seen = steady(1, { context: { hook: 'secret-remove', obsolete: { secret: 'secret:a', revision: 2 } } });
  expect(planObsolete(seen).effects).toEqual([{ do: 'remove-secret', id: 'secret:a', revision: 2 }]);
});
