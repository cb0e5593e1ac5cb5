// Charm secrets: owners and leaders, labels, revisions and who follows them, grants, refusals when the hook ends.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Secret } from '../../../../tools/local-juju/state.ts';
import { addSecret } from '../commands/world.ts';
import { idIn, kitModel, relationHook, type World, world } from './kit.ts';

const ours = '0000000000000000000o';
const unitOwned = '0000000000000000000u';
const nobodys = '9m4e2mr0ui3e8a215n4g';
const failed = (text: string) => `ERROR ${text}\n= 1`;
const usage = (text: string) => `ERROR ${text}\n= 2`;

/** One secret of prov and one of prov/1. */
const kit = (more: Partial<Secret> = {}): World => {
  const model = kitModel();
  addSecret(model, ours, { label: 'app', ...more });
  addSecret(model, unitOwned, { label: 'unit', owner: { kind: 'unit', name: 'prov/1' } });
  return world(model);
};
const ended = (one: World, unit: string, ...lines: string[]): Promise<string | undefined> => {
  const running = one.begin(unit);
  return lines
    .reduce((before, line) => before.then(() => running.run(line)), Promise.resolve<unknown>(undefined))
    .then(() => running.commit());
};

describe('owners', () => {
  test.each([
    { unit: 'prov/0', line: 'secret-ids', answer: `${ours}\n` },
    { unit: 'prov/1', line: 'secret-ids --format=json', answer: `["${unitOwned}"]\n` },
    { unit: 'req/0', line: 'secret-ids', answer: '' },
    { unit: 'prov/0', line: `secret-get ${unitOwned}`, answer: failed('permission denied') },
    { unit: 'prov/1', line: `secret-get secret:${ours} password`, answer: 'one\n' },
    { unit: 'prov/1', line: 'secret-get --label app password', answer: usage('secret URI "password" not valid') },
    { unit: 'prov/1', line: 'secret-get --label app', answer: 'password: one\n' },
    {
      unit: 'prov/1',
      line: 'secret-info-get --label unit --format=json',
      answer: `{"${unitOwned}":{"revision":1,"label":"unit","owner":"unit","rotation":"never"}}\n`,
    },
    { unit: 'prov/0', line: 'secret-info-get --label unit', answer: failed('secret "unit" not found') },
    { unit: 'prov/1', line: `secret-info-get ${ours}`, answer: failed(`secret "${ours}" not found`) },
    { unit: 'req/0', line: `secret-get ${ours}`, answer: failed('permission denied') },
    { unit: 'req/0', line: `secret-get ${nobodys}`, answer: failed(`secret "secret:${nobodys}" not found`) },
    { unit: 'prov/1', line: `secret-grant ${ours} -r 1`, answer: failed(`secret "${ours}" not found`) },
  ])('$unit: $line', async ({ unit, line, answer }) => {
    expect(await kit().begin(unit).say(line)).toBe(answer);
  });

  test.each([
    { unit: 'req/0', line: `secret-set ${ours} password=x`, text: 'updating secrets: permission denied' },
    { unit: 'req/0', line: `secret-remove ${ours}`, text: 'removing secrets: permission denied' },
    { unit: 'req/0', line: `secret-revoke ${ours} --app req`, text: 'revoking secrets access: permission denied' },
    { unit: 'prov/1', line: `secret-set ${ours} password=x`, text: 'updating secrets: "prov/1" is not leader of "prov"' },
    { unit: 'prov/0', line: `secret-set ${unitOwned} password=x`, text: 'updating secrets: permission denied' },
    { unit: 'prov/0', line: `secret-set ${nobodys} password=x`, text: `updating secrets: secret "secret:${nobodys}" not found` },
  ])('$unit may not, which is found when the hook ends: $line', async ({ unit, line, text }) => {
    const one = kit();
    const running = one.begin(unit);
    expect(await running.say(line)).toBe('');
    expect(running.commit()).toBe(text);
    expect(one.model.secrets[ours]!.latest).toBe(1);
  });
});

describe('labels', () => {
  test('one of the application is taken for its units, and the other way round', async () => {
    expect(await ended(kit(), 'prov/0', 'secret-add --label app key=x')).toBe('creating secrets: secret with label "app" already exists');
    expect(await ended(kit(), 'prov/0', 'secret-add --label unit key=x')).toBe('creating secrets: secret with label "unit" already exists');
    expect(await ended(kit(), 'prov/1', 'secret-add --owner unit --label app key=x')).toBe(
      'creating secrets: secret with label "app" already exists',
    );
    expect(await ended(kit(), 'prov/0', `secret-set ${ours} --label unit`)).toBe(
      'updating secrets: secret with label "unit" already exists',
    );
  });

  test('two units may use the same one, each for its own', async () => {
    const one = kit();
    expect(await ended(one, 'prov/0', 'secret-add --owner unit --label unit key=zero')).toBeUndefined();
    expect(await one.begin('prov/0').say('secret-get --label unit')).toBe('key: zero\n');
    expect(await one.begin('prov/1').say('secret-get --label unit')).toBe('password: one\n');
  });

  test('of two with the same label in one hook the second is refused at once', async () => {
    const running = kit().begin('prov/0');
    await running.run('secret-add --label new key=x');
    expect(await running.say('secret-add --label new key=y')).toBe(failed('secret with label "new" already exists'));
    expect(running.commit()).toBeUndefined();
  });

  test('when one is refused, others made in the hook stay and databags do not', async () => {
    const one = kit();
    const text = await ended(one, 'prov/0', 'secret-add --label app key=x', 'secret-add --label good key=y', 'relation-set -r 1 a=1');
    expect(text).toBe('creating secrets: secret with label "app" already exists');
    expect(Object.values(one.model.secrets).map(secret => secret.label)).toContain('good');
    expect(one.model.relations[1]!.units['prov/0']!.values).not.toHaveProperty('a');
  });

  test('the owner renames its secret by reading it, at once; a unit beside the leader does not', async () => {
    const one = kit();
    expect(await one.begin('prov/1').say(`secret-get ${ours} --label mine`)).toBe('password: one\n');
    expect(one.model.secrets[ours]!.label).toBe('app');
    const running = one.begin('prov/0');
    await running.run(`secret-get ${ours} --label renamed`);
    running.discard();
    expect(one.model.secrets[ours]!.label).toBe('renamed');
    expect(await one.begin('prov/0').say('secret-get --label app')).toBe(failed('consumer label "app" not found'));
    expect(await one.begin('prov/0').say(`secret-get ${ours} --label unit`)).toMatch(/^ERROR secret label "unit" for .* already exists/);
  });

  test("a consumer's label is its unit's own; a new one replaces the old", async () => {
    const one = kit({ grants: [{ kind: 'application', name: 'req', relation: 1 }] });
    const running = one.begin('req/0');
    await running.run(`secret-get ${ours} --label first`);
    running.discard();
    expect(await one.begin('req/0').say('secret-get --label first')).toBe('password: one\n');
    await one.begin('req/0').run(`secret-get ${ours} --label second`);
    expect(await one.begin('req/0').say('secret-get --label first')).toBe(failed('consumer label "first" not found'));
    expect(await one.begin('req/0').say('secret-get --label second')).toBe('password: one\n');
    expect(one.model.secrets[ours]!.label).toBe('app');
  });

  test('a label stands for one secret of a consumer', async () => {
    const one = kit({ grants: [{ kind: 'application', name: 'req', relation: 1 }] });
    one.model.secrets[unitOwned]!.grants.push({ kind: 'unit', name: 'req/0', relation: 1 });
    await one.begin('req/0').run(`secret-get ${ours} --label theirs`);
    expect(await one.begin('req/0').say(`secret-get ${unitOwned} --label theirs`)).toBe(
      failed('getting latest secret revision: secret label "theirs" for consumer "unit-req-0" already exists'),
    );
  });
});

describe('revisions', () => {
  test('the whole content is replaced; several sets in a hook are one new revision; equal content is none', async () => {
    const one = kit();
    expect(await ended(one, 'prov/0', `secret-set ${ours} password=two`, `secret-set ${ours} user=me`)).toBeUndefined();
    expect(one.model.secrets[ours]).toMatchObject({ latest: 2, revisions: [{ revision: 1 }, { revision: 2, content: { user: 'bWU=' } }] });
    const { updated } = one.model.secrets[ours]!;
    expect(await ended(one, 'prov/0', `secret-set ${ours} user=me`, `secret-set ${ours}`)).toBeUndefined();
    expect(one.model.secrets[ours]).toMatchObject({ latest: 2, updated });
  });

  test('labels, descriptions and the like make no revision', async () => {
    const one = kit();
    expect(await ended(one, 'prov/0', `secret-set ${ours} --label l --description d --rotate hourly`)).toBeUndefined();
    expect(one.model.secrets[ours]).toMatchObject({ latest: 1, label: 'l', description: 'd', rotate: 'hourly' });
    expect(await one.begin('prov/0').say(`secret-info-get ${ours}`)).toMatch(
      new RegExp(
        `^${ours}:\n  revision: 1\n  label: l\n  owner: application\n  description: d\n  rotation: hourly\n  rotates: 2026-11-23T09:15:.*Z\n$`,
      ),
    );
  });

  test('in the hook that sets it the new content is seen by those who ask for the newest', async () => {
    const one = kit();
    const running = one.begin('prov/0');
    await running.run(`secret-get ${ours}`);
    await running.run(`secret-set ${ours} password=two`);
    expect(await running.say(`secret-get ${ours}`)).toBe('password: one\n');
    expect(await running.say(`secret-get ${ours} --peek`)).toBe('password: two\n');
    expect(await running.say(`secret-get ${ours} --refresh`)).toBe('password: two\n');
    expect(await running.say(`secret-get ${ours}`)).toBe('password: one\n');
    running.commit();
    expect(one.model.secrets[ours]!.consumers['prov/0']!.tracked).toBe(2);
  });

  test('in the hook that adds it, it is read as it is', async () => {
    const running = kit().begin('prov/0');
    const id = idIn(await running.say('secret-add --label new key=x'));
    expect(await running.say('secret-get --label new')).toBe('key: x\n');
    await running.run(`secret-set ${id} key=new`);
    expect(await running.say(`secret-get ${id} key`)).toBe('new\n');
    expect(await running.say('secret-ids')).toContain(id);
    expect(await running.say('secret-info-get --label new --format=json')).toContain('"revision":1');
  });

  test('what was read is followed from then on, whatever becomes of the hook', async () => {
    const one = kit();
    const followed = () => one.model.secrets[ours]!.consumers['prov/1']?.tracked;
    const reading = async (line: string) => {
      const running = one.begin('prov/1');
      const said = await running.say(line);
      running.discard();
      return said;
    };
    await reading(`secret-get ${ours}`);
    expect(followed()).toBe(1);
    await ended(one, 'prov/0', `secret-set ${ours} password=two`);
    expect(await reading(`secret-get ${ours}`)).toBe('password: one\n');
    expect(await reading('secret-get --label app --peek')).toBe('password: two\n');
    expect(followed()).toBe(1);
    expect(await reading('secret-get --label app --refresh')).toBe('password: two\n');
    expect(followed()).toBe(2);
  });

  test('single revisions are removed; with the last one the secret goes', async () => {
    const one = kit();
    await ended(one, 'prov/0', `secret-set ${ours} password=two`);
    expect(await ended(one, 'prov/0', `secret-remove ${ours} --revision 9`)).toBeUndefined();
    expect(await ended(one, 'prov/0', `secret-remove ${ours} --revision 1`)).toBeUndefined();
    expect(one.model.secrets[ours]!.revisions.map(revision => revision.revision)).toEqual([2]);
    expect(await ended(one, 'prov/0', `secret-remove ${ours} --revision 2`)).toBeUndefined();
    expect(one.model.secrets[ours]).toBeUndefined();
  });

  test('what is made and removed in one hook was never there', async () => {
    const one = kit();
    const running = one.begin('prov/0');
    const id = idIn(await running.say('secret-add key=x'));
    await running.run(`secret-grant ${id} -r 1`);
    await running.run(`secret-remove ${id}`);
    expect(running.commit()).toBeUndefined();
    expect(one.model.secrets[id]).toBeUndefined();
  });

  test('a removal makes the secret unknown to its owner in the same hook, and a set takes it back', async () => {
    const one = kit();
    const running = one.begin('prov/0');
    await running.run(`secret-remove ${ours}`);
    expect(await running.say('secret-ids')).toBe('');
    expect(await running.say(`secret-grant ${ours} -r 1`)).toBe(failed(`secret "${ours}" not found`));
    await running.run(`secret-set ${ours} password=two`);
    expect(running.commit()).toBeUndefined();
    expect(one.model.secrets[ours]!.latest).toBe(2);
  });

  test.each([
    { expire: '24h', at: '2026-11-24T08:15:12.000Z' },
    { expire: '1h30m', at: '2026-11-23T09:45:12.000Z' },
    { expire: '2035-01-01T06:06:06Z', at: '2035-01-01T06:06:06.000Z' },
    { expire: '2035-01-01T06:06:06', at: '2035-01-01T06:06:06.000Z' },
    { expire: '2035-01-01T06:06:06+02:00', at: '2035-01-01T04:06:06.000Z' },
  ])('expires: $expire', async ({ expire, at }) => {
    const one = kit();
    expect(await ended(one, 'prov/0', `secret-add --label dated --expire ${expire} key=x`)).toBeUndefined();
    const secret = Object.values(one.model.secrets).find(other => other.label === 'dated')!;
    expect([secret.expires, secret.revisions[0]!.expires]).toEqual([at, at]);
    await ended(one, 'prov/0', `secret-set ${secret.id} key=y`);
    expect(one.model.secrets[secret.id]!.expires).toBeUndefined();
  });
});

describe('grants', () => {
  const grants = (one: World) => one.model.secrets[ours]!.grants;

  test('bind to the relation, which in a relation hook is the default', async () => {
    const one = kit();
    await one.hook('prov/0', [`secret-grant ${ours}`], relationHook('changed', 1, 'database', 'req', 'req/0'));
    expect(grants(one)).toEqual([{ kind: 'application', name: 'req', relation: 1 }]);
    expect(await one.begin('req/0').say(`secret-get ${ours}`)).toBe('password: one\n');
    expect(await one.begin('prov/0').say(`secret-grant ${ours}`)).toBe(usage('no relation id specified'));
    await one.hook('prov/0', [`secret-grant ${ours} -r 1`, `secret-grant ${ours} -r 1 --unit req/0`]);
    expect(grants(one)).toHaveLength(1);
  });

  test('to a unit first, to its application then', async () => {
    const one = kit();
    await one.hook('prov/0', [`secret-grant ${ours} -r 1 --unit req/0`]);
    expect(grants(one)).toEqual([{ kind: 'unit', name: 'req/0', relation: 1 }]);
    expect(await one.begin('prov/0').say(`secret-grant ${ours} -r 1`)).toBe(
      failed('any unit level grants need to be revoked before granting access to the corresponding application'),
    );
    await one.hook('prov/0', [`secret-revoke ${ours} --unit req/0`]);
    await one.hook('prov/0', [`secret-grant ${ours} -r 1`]);
    expect(grants(one)).toEqual([{ kind: 'application', name: 'req', relation: 1 }]);
  });

  test('are not seen by secret-info-get before the hook has ended', async () => {
    const one = kit();
    const running = one.begin('prov/0');
    await running.run(`secret-grant ${ours} -r 1`);
    expect(await running.say(`secret-info-get ${ours}`)).not.toContain('access');
    running.commit();
    expect(await one.begin('prov/0').say(`secret-info-get ${ours}`)).toContain(
      '  access:\n  - target: application-req\n    scope: relation-req.db#prov.database\n    role: view\n',
    );
  });

  test('when they are given back, label and followed revision are still there', async () => {
    const one = kit();
    await one.hook('prov/0', [`secret-grant ${ours} -r 1`]);
    await one.begin('req/0').run(`secret-get ${ours} --label theirs`);
    await one.hook('prov/0', [`secret-set ${ours} password=two`, `secret-revoke ${ours} --app req`]);
    expect(await one.begin('req/0').say('secret-get --label theirs')).toBe(failed('permission denied'));
    await one.hook('prov/0', [`secret-grant ${ours} -r 1`]);
    expect(await one.begin('req/0').say('secret-get --label theirs')).toBe('password: one\n');
  });

  test.each([
    { line: `secret-revoke ${ours}`, answer: usage('missing relation or application or unit') },
    { line: `secret-revoke ${ours} --app Bad`, answer: usage('application "Bad" not valid') },
    { line: `secret-revoke ${ours} --unit req`, answer: usage('unit "req" not valid') },
    { line: `secret-revoke ${ours} --app req --unit req/0`, answer: usage('specify only one of application or unit') },
    { line: `secret-grant ${ours} -r 1 --unit req`, answer: usage('unit "req" not valid') },
    { line: `secret-remove ${ours} --revision x`, answer: /^ERROR invalid value "x" for option --revision: .*\n= 2$/ },
    { line: `secret-set ${ours} --owner me key=x`, answer: usage('secret owner "me" not valid') },
  ])('$line', async ({ line, answer }) => {
    const said = await kit().begin('prov/0').say(line);
    if (typeof answer === 'string') expect(said).toBe(answer);
    else expect(said).toMatch(answer);
  });
});

describe('content', () => {
  test('from files: one value, or all of it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tools-'));
    try {
      await writeFile(join(folder, 'bytes'), Buffer.from([0xff, 0x00, 0x0a]));
      await writeFile(join(folder, 'all.yaml'), 'number: 12\nother#base64: AAE=\n');
      const one = kit();
      const running = one.begin('prov/0');
      const add = (...args: string[]) => running.call('secret-add', args, folder, async () => '');
      const whole = await add('--file', 'all.yaml', '--label', 'whole', 'number=lost');
      const bytes = await add('bytes#file=bytes', '--label', 'bytes');
      expect([whole.code, bytes.code]).toEqual([0, 0]);
      expect(running.commit()).toBeUndefined();
      const content = (label: string) => Object.values(one.model.secrets).find(secret => secret.label === label)!.revisions[0]!.content;
      expect(content('whole')).toEqual({ number: 'MTI=', other: 'AAE=' });
      expect(content('bytes')).toEqual({ bytes: '/wAK' });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  test.each([
    { line: 'secret-add key==', answer: usage('key value "key==" not valid') },
    { line: 'secret-add =x', answer: usage('key value "=x" not valid') },
    { line: 'secret-add key#odd=x', answer: usage('key "key#odd" not valid') },
    { line: 'secret-add --expire 0s key=x', answer: usage('negative expire duration "0s" not valid') },
    {
      line: `secret-add key=${'x'.repeat(900_000)}`,
      answer: usage('base64 encoded secret content for key "key" too large: 1200000 bytes'),
    },
  ])('$line', async ({ line, answer }) => {
    expect(await kit().begin('prov/0').say(line)).toBe(answer);
  });

  test('a user secret is read by the application it was granted to, and changed by nobody', async () => {
    const one = kit();
    addSecret(one.model, nobodys, { owner: { kind: 'model', name: one.model.uuid }, grants: [{ kind: 'application', name: 'prov' }] });
    expect(await one.begin('prov/1').say(`secret-get ${nobodys}`)).toBe('password: one\n');
    expect(await one.begin('req/0').say(`secret-get ${nobodys}`)).toBe(failed('permission denied'));
    expect(await ended(one, 'prov/0', `secret-set ${nobodys} password=x`)).toBe('updating secrets: permission denied');
  });
});
