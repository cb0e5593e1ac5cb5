// A client that writes anything into its databag: the hook of the leader ends well, nobody else is worse off, and nothing is given that was
// not asked for.
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { mongodb } from '../../../src/charms/mongodb.ts';
import type { Effect } from '../../../src/core/effects.ts';
import type { Role } from '../../../src/core/observed.ts';
import { bagOf, deployed, LABEL, secretOf } from '../juju/deployed.ts';
import { bag, LIMIT_MS, runs } from './garbage.ts';
import { asUnit, hook, steadyMachine } from './hook.ts';

vi.mock(import('../../../src/juju/run.ts'), async original => ({ ...(await original()), runTool: (await import('./hook.ts')).callTool }));

const KEYS = [
  'database',
  'extra-user-roles',
  'extra-group-roles',
  'requested-secrets',
  'provided-secrets',
  'entity-type',
  'entity-permissions',
  'requested-entity-secret',
  'external-node-connectivity',
  'prefix-matching',
  'alias',
  'version',
  'requests',
  'data',
  'host-relation',
];
const SOUND = { database: 'loot', 'requested-secrets': '["username","password","uris"]' };
const SEVERAL = {
  version: 'v1',
  requests:
    '[{"resource":"loot","request-id":"93cb0551feeff5ee","salt":"A"},{"resource":"more","request-id":"b","extra-user-roles":"admin"}]',
};
const asked = fc.oneof(bag(KEYS, SOUND), bag(KEYS, SEVERAL));
const UNIT = 'mongodb/0';

async function application() {
  const world = await deployed(1);
  await asUnit(world.model, UNIT, [
    'secret-add',
    '--owner',
    'application',
    '--label',
    LABEL,
    'operator-password=op-password',
    'monitor-password=mon-password',
    'backup-password=back-password',
    `keyfile=${'k'.repeat(1024)}`,
  ]);
  return { world, machine: await steadyMachine(mongodb, world.model, UNIT) };
}

/** What a request may come to at most, told by another than the charm. */
function allowed(asked: Record<string, string>): (role: Role) => boolean {
  const texts = Object.values(asked).join(' ');
  const names = (word: string) => texts.includes(word);
  return ({ role, db }) => {
    if (db === 'local') return role === 'read' && names('monitor');
    if (db !== 'admin') return ['readWrite'].includes(role) && db.toLowerCase() !== 'config' && texts.includes(db);
    if (names('admin') && ['readWriteAnyDatabase', 'userAdmin', 'userAdminAnyDatabase'].includes(role)) return true;
    if (names('monitor') && role === 'clusterMonitor') return true;
    return names('backup') && ['backup', 'clusterMonitor', 'pbmAnyAction', 'readWrite', 'restore'].includes(role);
  };
}

const FIELDS = ['username', 'password', 'uris', 'entity-password'];
/** Where a password may be. */
const SECRET = ['password', 'uris', 'entity-password'];
const isClientUser = (effect: Effect): effect is Extract<Effect, { do: 'set-user' }> =>
  effect.do === 'set-user' && effect.user.relation !== undefined;
const listed = (asked: Record<string, string>): readonly string[] => {
  try {
    const list: unknown = JSON.parse(asked['requested-secrets'] ?? '[]');
    return Array.isArray(list) ? list.filter(one => typeof one === 'string') : [];
  } catch {
    return [];
  }
};

test(
  'any databag of a client',
  async () => {
    await fc.assert(
      fc.asyncProperty(asked, asked, async (first, second) => {
        const { world, machine } = await application();
        const { model } = world;
        const one = world.client('one', first);
        const good = world.client('good', { database: 'good', 'requested-secrets': '["username","password","uris"]' });
        const two = world.client('two', second);
        for (let number = 0; number < 4; number += 1) await hook(mongodb, model, UNIT, machine);

        // The well-behaved one is served, whoever is beside it.
        expect(bagOf(good, 'mongodb')).toMatchObject({ database: 'good', 'secret-user': expect.stringMatching(/^secret:/) });
        expect(secretOf(model, `database.${good.id}.user.secret`)?.granted).toEqual([`good in ${good.id}`]);

        const passwords = machine.done
          .filter(isClientUser)
          .flatMap(({ user }) => (user.password ? [[user.relation, user.password] as const] : []));
        for (const [relation, asked] of [
          [one, first],
          [two, second],
        ] as const) {
          const own = bagOf(relation, 'mongodb');
          // No more than it asked for, and under its own name.
          for (const { user } of machine.done.filter(isClientUser).filter(({ user }) => user.relation === relation.id)) {
            expect(user.name).toMatch(new RegExp(`^relation-${relation.id}(-[A-Za-z0-9_-]+)?$`));
            expect(user.roles.filter(role => !allowed(asked)(role))).toEqual([]);
          }
          // Nothing in clear that it wanted as a secret; nothing of others at all.
          const secret = own.version === 'v1' ? FIELDS : listed(asked);
          for (const field of FIELDS) if (secret.includes(field)) expect(own).not.toHaveProperty(field);
          const shown = JSON.stringify(own);
          for (const [whose, password] of passwords)
            if (whose !== relation.id || SECRET.every(field => secret.includes(field))) expect(shown).not.toContain(password);
          for (const of of ['op-password', 'mon-password', 'back-password', 'kkkkkkkkkk']) expect(shown).not.toContain(of);
        }

        // Whoever asks and is not served is told of in one line that can be read.
        const shown = model.applications.mongodb?.status?.message ?? '';
        const refused = [
          [one, first],
          [two, second],
        ] as const;
        const unserved = refused.filter(
          ([relation, asked]) => asked.database && asked.version !== 'v1' && !('database' in bagOf(relation, 'mongodb')),
        );
        if (unserved.length > 0) expect(shown).toMatch(/^((one|two): .|2 clients are not served: one, two; run status-detail$)/);
        expect(shown).not.toMatch(/[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e]/u);
        expect(shown.length).toBeLessThan(1_100);

        // What was written once is not written again.
        expect((await hook(mongodb, model, UNIT, machine)).writes).toEqual([]);
      }),
      runs(20),
    );
  },
  LIMIT_MS,
);
