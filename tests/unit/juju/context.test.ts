import { describe, expect, test } from 'vitest';
import { bareSecretId } from '../../../src/core/names.ts';
import { readContext } from '../../../src/juju/context.ts';

const folder = '/var/lib/juju/agents/unit-mongodb-1/charm';
const env = (more: Record<string, string>) => ({
  JUJU_UNIT_NAME: 'mongodb/1',
  JUJU_CHARM_DIR: folder,
  JUJU_RELATION_ID: '',
  JUJU_REMOTE_UNIT: '',
  JUJU_SECRET_ID: '',
  ...more,
});
const plain = { unit: 'mongodb/1', app: 'mongodb', hook: '', charmFolder: folder, root: '' };
const relation = { JUJU_RELATION: 'database', JUJU_RELATION_ID: 'database:7', JUJU_REMOTE_APP: 'app' };

describe('the environment of a hook', () => {
  test.each([
    ['a plain hook', { JUJU_HOOK_NAME: 'config-changed' }, { hook: 'config-changed' }],
    ['an action', { JUJU_HOOK_NAME: '', JUJU_ACTION_NAME: 'get-primary' }, { action: 'get-primary' }],
    [
      'a relation that changes',
      { JUJU_HOOK_NAME: 'database-relation-changed', ...relation },
      { hook: 'database-relation-changed', relation: 7 },
    ],
    [
      'a unit that tells something new',
      { JUJU_HOOK_NAME: 'database-relation-changed', ...relation, JUJU_REMOTE_UNIT: 'app/3' },
      { hook: 'database-relation-changed', relation: 7, telling: 'app/3' },
    ],
    [
      'a relation that goes',
      { JUJU_HOOK_NAME: 'database-relation-broken', ...relation },
      { hook: 'database-relation-broken', relation: 7, breaking: 7 },
    ],
    [
      'a unit that goes',
      { JUJU_HOOK_NAME: 'database-peers-relation-departed', ...relation, JUJU_DEPARTING_UNIT: 'mongodb/0' },
      { hook: 'database-peers-relation-departed', relation: 7, departing: 'mongodb/0' },
    ],
    [
      'a departure of nobody known',
      { JUJU_HOOK_NAME: 'database-peers-relation-departed', ...relation, JUJU_DEPARTING_UNIT: '' },
      { hook: 'database-peers-relation-departed', relation: 7 },
    ],
    [
      'a storage that goes',
      { JUJU_HOOK_NAME: 'mongodb-storage-detaching', JUJU_STORAGE_ID: 'mongodb/3' },
      { hook: 'mongodb-storage-detaching', detaching: 'mongodb/3' },
    ],
    [
      'a storage that comes',
      { JUJU_HOOK_NAME: 'mongodb-storage-attached', JUJU_STORAGE_ID: 'mongodb/3' },
      { hook: 'mongodb-storage-attached' },
    ],
    [
      'an old revision, by URI',
      { JUJU_HOOK_NAME: 'secret-remove', JUJU_SECRET_ID: 'secret:d0123456789012345678', JUJU_SECRET_REVISION: '2' },
      { hook: 'secret-remove', obsolete: { secret: 'd0123456789012345678', revision: 2 } },
    ],
    [
      'an old revision, by bare id',
      { JUJU_HOOK_NAME: 'secret-remove', JUJU_SECRET_ID: 'd0123456789012345678', JUJU_SECRET_REVISION: '12' },
      { hook: 'secret-remove', obsolete: { secret: 'd0123456789012345678', revision: 12 } },
    ],
    [
      'a new revision',
      { JUJU_HOOK_NAME: 'secret-changed', JUJU_SECRET_ID: 'secret:d0123456789012345678', JUJU_SECRET_REVISION: '' },
      { hook: 'secret-changed' },
    ],
  ])('%s', (_, given, expected) => {
    expect(readContext(env(given))).toEqual({ ...plain, ...expected });
  });

  test.each([
    ['/var/lib/juju/agents/unit-mongodb-1/charm', ''],
    ['/tmp/x/0/var/lib/juju/agents/unit-mongodb-1/charm', '/tmp/x/0'],
    ['/home/me/charm', ''],
  ])('the charm in %s has the root %j', (charmFolder, root) => {
    expect(readContext(env({ JUJU_CHARM_DIR: charmFolder }))).toMatchObject({ charmFolder, root });
  });

  test('an application with a hyphen', () => {
    expect(readContext(env({ JUJU_UNIT_NAME: 'my-mongo-db/10' }))).toMatchObject({ unit: 'my-mongo-db/10', app: 'my-mongo-db' });
  });

  test.each([[{}], [{ JUJU_UNIT_NAME: 'mongodb/0' }], [{ JUJU_CHARM_DIR: folder }]])('%j is not one', given => {
    expect(() => readContext(given)).toThrow('this program is a charm');
  });
});

test.each(['d0123456789012345678', 'secret:d0123456789012345678', 'secret://8b6a1c4e-6a80-4a1c-8f0f-0d6f1d1f7a11/d0123456789012345678'])(
  'the id in %s',
  text => {
    expect(bareSecretId(text)).toBe('d0123456789012345678');
  },
);
