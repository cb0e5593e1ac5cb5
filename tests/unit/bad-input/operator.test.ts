// What an operator may type: any value of any option, any parameter of any action. What is wrong is named, with what it may be, and
// nothing is changed by it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { load } from 'js-yaml';
import { expect, test, vi } from 'vitest';
import { mongodb } from '../../../src/charms/mongodb.ts';
import type { ClientRelation } from '../../../src/core/observed.ts';
import { failAction } from '../../../src/juju/action.ts';
import { projectFolder } from '../../support/project.ts';
import { deployed, LABEL } from '../juju/deployed.ts';
import { steady } from '../plan/world.ts';
import { LIMIT_MS, mostly, runs, value } from './garbage.ts';
import { asUnit, callTool, hook, steadyMachine } from './hook.ts';

const spoken = vi.hoisted(() => [] as (readonly string[])[]);
vi.mock(import('../../../src/juju/run.ts'), async original => ({
  ...(await original()),
  runTool: async (tool, words, input) => {
    if (tool !== 'action-fail') return (await import('./hook.ts')).callTool(tool, words, input);
    spoken.push(words);
    return '';
  },
}));
void callTool;

const UNIT = 'mongodb/0';
const yaml = (name: string) => load(readFileSync(join(projectFolder, name), 'utf8')) as Record<string, Record<string, unknown>>;
type Option = { type: string; default?: unknown };
const OPTIONS = yaml('config.yaml').options as Record<string, Option>;

/** What each may be, told by another than the charm. */
const whole = (low: number, high: number, zero: boolean) => (given: unknown) =>
  typeof given === 'number' && Number.isInteger(given) && ((zero && given === 0) || (given >= low && given <= high));
const word = (words: string) => (given: unknown) => typeof given === 'string' && words.split(' ').includes(given);
const rotation = word('never hourly daily weekly monthly quarterly yearly');
const ALLOWED: Readonly<Record<string, (given: unknown) => boolean>> = {
  role: word('replication'), // what this application is for was fixed before
  'auto-delete': given => typeof given === 'boolean',
  'client-networks': word('any units'),
  'client-password-rotation': rotation,
  'system-password-rotation': rotation,
  'system-users': given => given === '',
  'cache-size-mb': whole(256, 10_000_000, true),
  'oplog-size-mb': whole(990, 1_000_000_000, true),
  'slow-operation-threshold-ms': whole(0, 2_147_483_647, false),
  'log-verbosity': whole(0, 5, false),
  'election-timeout-ms': whole(1_000, 60_000, false),
  'max-connections': whole(100, 1_000_000, true),
};

const numbers = fc.oneof(
  fc.constantFrom(-1, 0, 1, 0.5, 5, 6, 99, 100, 255, 256, 989, 990, 2_147_483_647, 2_147_483_648, 1e300, Number.MAX_SAFE_INTEGER),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const words = fc.constantFrom('replication', 'shard', 'config-server', 'Shard', 'daily', 'never', 'always', 'true', 'no', '0', '256', '');
const yamlish = fc.constantFrom(
  '100\nsecurity: {authorization: disabled}',
  '{"$gt": 0}',
  '!!js/function x',
  '*anchor',
  '0}\n{',
  'daily # x',
);
const anything = fc.oneof(numbers, fc.boolean(), words, yamlish, value, fc.constantFrom(null, [], {}, [1], { x: 1 }));

const readable = (text: string): void => {
  expect(text).not.toMatch(/[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e]/u);
  expect(text.length).toBeLessThan(1_100);
};

test('the table of options is whole', () => expect(Object.keys(ALLOWED).sort()).toEqual(Object.keys(OPTIONS).sort()));

test(
  'any value of any option',
  async () => {
    const set = fc.dictionary(fc.constantFrom(...Object.keys(OPTIONS)), anything, { minKeys: 1, maxKeys: 3 });
    await fc.assert(
      fc.asyncProperty(set, async given => {
        const { model } = await deployed(1);
        const content = ['operator-password=op', 'monitor-password=mon', 'backup-password=back', `keyfile=${'k'.repeat(1024)}`];
        await asUnit(model, UNIT, ['secret-add', '--owner', 'application', '--label', LABEL, ...content]);
        const machine = await steadyMachine(mongodb, model, UNIT);
        for (let number = 0; number < 3; number += 1) await hook(mongodb, model, UNIT, machine);
        const [before, done] = [machine.host.config, machine.done.length];

        model.applications.mongodb!.config = given as never;
        const first = await hook(mongodb, model, UNIT, machine);
        expect((await hook(mongodb, model, UNIT, machine)).writes).toEqual([]);
        const wrong = Object.keys(given).filter(option => given[option] !== null && !ALLOWED[option]?.(given[option]));
        const { message, current } = model.units[UNIT]!.workload;
        readable(message);
        if (wrong.length > 0) {
          // It is named, and what it may be or what to do is said behind it, however long it is.
          expect([current, wrong.some(option => message.includes(option === 'role' ? 'role' : `config ${option}`))]).toEqual([
            'blocked',
            true,
          ]);
          expect(message).toMatch(/must be |set it back with juju config|cannot be read; give one/);
        } else expect(current).toBe('active');
        // Options that are right beside one that is wrong wait for it; other than those, only what `system-users` or `role` says is passed over.
        if (wrong.some(option => option !== 'system-users' && option !== 'role')) {
          expect(machine.host.config).toBe(before);
          expect(machine.done.slice(done)).toEqual([]);
          expect(first.writes.filter(call => !call.startsWith('status-set'))).toEqual([]);
        }
        expect(Object.keys(load(machine.host.config ?? '') as object).sort()).toEqual(Object.keys(load(before ?? '') as object).sort());
      }),
      runs(60),
    );
  },
  LIMIT_MS,
);

const PARAMETERS: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  Object.entries(yaml('actions.yaml')).map(([name, { params = {} }]) => [name, Object.keys(params as object)]),
);
const client = (id: number): ClientRelation => ({
  endpoint: 'database',
  id,
  app: `app-${id}`,
  units: [`app-${id}/0`],
  remote: { database: 'shop' },
  own: {},
  databag: {},
});
const given = fc.oneof(
  { weight: 3, arbitrary: mostly('operator') },
  { weight: 2, arbitrary: fc.constantFrom('app-3', 'monitor', 'root', 3, 4, 3.5, '3', -1, 1e300) },
  { weight: 3, arbitrary: anything },
  { weight: 1, arbitrary: fc.constantFrom({ toString: 'x' }, { length: 3 }, [['x']], ['operator'], JSON.parse('{"__proto__":1}')) },
);

test('actions with parameters are tried', () => expect(Object.values(PARAMETERS).flat().length).toBeGreaterThan(3));

test.each(Object.entries(PARAMETERS))(
  'any parameters of %s',
  async (name, keys) => {
    const params = fc.dictionary(fc.oneof(fc.constantFrom('nonsense', '__proto__', ...keys, ...keys), fc.string()), given, { maxKeys: 3 });
    const seen = steady(1, { juju: { clients: [client(3), client(4)] } });
    await fc.assert(
      fc.asyncProperty(params, async asked => {
        const answer = mongodb.actions[name]!.answer(seen, asked, []);
        if ('refused' in answer) {
          spoken.splice(0);
          await failAction(answer.refused);
          expect(spoken).toHaveLength(1);
          readable(spoken[0]?.at(-1) ?? '\0');
          return;
        }
        for (const effect of answer.effects) {
          // Only what was asked for, and only if it was asked for in words that the action knows.
          if (effect.do === 'set-user') expect(asked.username ?? 'operator').toBe(effect.user.name);
          else expect(effect.do).toMatch(/^set-(app-secret|peer-app)$|^write-files$|^restart-mongod$/);
        }
        if (name === 'set-password' && asked.password !== undefined && asked.password !== null)
          expect(answer.results).toMatchObject({ password: asked.password });
      }),
      runs(150),
    );
  },
  LIMIT_MS,
);
