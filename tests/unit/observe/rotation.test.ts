// What Juju is told and asked about passwords that change: schedules, an operator's secret, clients that have to notice.
import { expect, test } from 'vitest';
import { applyJuju } from '../../../src/apply/juju.ts';
import { mongodb } from '../../../src/charms/mongodb.ts';
import type { JujuEffect } from '../../../src/core/effects.ts';
import * as tools from '../../../src/juju/tools.ts';
import { userFingerprint } from '../../../src/mongo/fingerprint.ts';
import { observeJuju } from '../../../src/observe/juju.ts';
import { addSecret, grantSecret } from '../../../tools/local-juju/engine/user-secrets.ts';
import { inHook } from '../../support/hook.ts';
import { bagOf, type Deployed, deployed, LABEL } from '../juju/deployed.ts';

const content = { 'operator-password': 'op', 'monitor-password': 'mon', 'backup-password': 'back', keyfile: 'theKey' };
const look = async ({ model }: Deployed, unit = 'mongodb/0') => {
  const context = { unit, app: 'mongodb', hook: 'update-status', charmFolder: '/charm', root: '' };
  return inHook(model, unit, 'update-status', () => observeJuju(tools, context, mongodb.endpoints));
};
const act = (world: Deployed, ...effects: readonly JujuEffect[]) =>
  inHook(world.model, 'mongodb/0', 'update-status', async () => applyJuju(tools, (await look(world)).value, effects));
const base64 = (text: string) => Buffer.from(text).toString('base64');
const options = (world: Deployed) => world.model.applications.mongodb?.config ?? {};

test('a schedule is put on a secret that is there, and on one that is made', async () => {
  const world = await deployed(1);
  const app = world.client('app', { database: 'shop', 'requested-secrets': '["username","password","uris"]' });
  await act(world, { do: 'add-app-secret', label: LABEL, content });
  const [secret] = Object.values(world.model.secrets);
  await act(world, { do: 'set-rotation', id: secret?.id ?? '', rotation: 'weekly' });
  expect(secret).toMatchObject({ rotate: 'weekly', latest: 1, nextRotate: expect.any(String) });
  const client = { endpoint: 'database', relation: app.id, user: 'u', password: 'p', database: 'shop', replset: 'mongodb', hosts: [] };
  const request = bagOf(app, 'app');
  await act(world, { do: 'publish-client', client: { ...client, request, rotation: 'daily' } });
  expect(Object.values(world.model.secrets).map(({ label, rotate }) => [label, rotate])).toEqual(
    expect.arrayContaining([[`database.${app.id}.user.secret`, 'daily']]),
  );
  // One that is gone is passed over: Juju would fail the hook for it.
  expect((await act(world, { do: 'set-rotation', id: 'd5q3sgnmp25c76l6r000', rotation: 'daily' })).refused).toBeUndefined();
});

test("an operator's secret is read by the leader alone, only where the option names one, and never in part", async () => {
  const world = await deployed(2);
  await inHook(world.model, 'mongodb/0', 'start', () => tools.secretAdd(LABEL, content));
  const without = await look(world);
  expect(without.value.systemUsers).toBeUndefined();
  const id = addSecret(world.model, { name: 'mine', description: '', content: { operator: base64('chosen') } }, '2026-11-23T08:06:13.000Z');
  options(world)['system-users'] = `secret:${id}`;
  expect((await look(world)).value.systemUsers).toEqual({ problem: expect.stringContaining('juju grant-secret') });
  grantSecret(world.model, 'mine', ['mongodb'], false);
  const { value, calls } = await look(world);
  expect(value.systemUsers).toEqual({
    passwords: { operator: 'chosen' },
    fingerprints: { operator: userFingerprint('theKey', 'operator', 'chosen') },
  });
  expect(calls.length).toBe(without.calls.length + 1);
  expect(world.model.secrets[id]?.consumers['mongodb/0']).toMatchObject({ tracked: 1 }); // so Juju tells it of a change
  expect((await look(world, 'mongodb/1')).value.systemUsers).toBeUndefined();
  options(world).role = 'shard';
  expect((await look(world)).value.systemUsers).toEqual({ problem: expect.stringMatching(/^a shard has the passwords of its cluster/) });
});

test('units of a client are asked what they remember only when something was taken back in clear', async () => {
  const world = await deployed(1);
  const app = world.client('app', { database: 'shop' });
  const own = { data: '{"database":"shop"}', database: 'shop', username: 'u', password: 'p', uris: 'uri' };
  const unit = app.units['app/0'];
  if (unit === undefined) throw new Error('the client has no unit');
  unit.values.data = JSON.stringify({ password: 'p' });
  app.applications.mongodb = { values: own, version: 1 };
  const given = await look(world);
  expect(given.value.clients[0]).not.toHaveProperty('remembers');
  app.applications.mongodb = { values: { data: own.data, database: 'shop' }, version: 2 };
  const taken = await look(world);
  expect(taken.value.clients[0]).toMatchObject({ remembers: true });
  expect(taken.calls.length).toBe(given.calls.length + 1);
  unit.values.data = '{}';
  // What has been read stays so until the hook that tells of a change.
  for (const relation of Object.values(world.model.units['mongodb/0']?.agent.relations ?? {})) delete relation.read;
  expect((await look(world)).value.clients[0]).not.toHaveProperty('remembers');
});
