// `juju wait-for`: the goal language by a table, and the waiting.
import { describe, expect, test } from 'vitest';
import { holds, parseQuery } from '../../../../tools/local-juju/commands/wait-for/language.ts';
import { juju, liveModel, since, statusModel } from './world.ts';

const scope = {
  name: 'prov',
  life: 'alive',
  status: 'active',
  exposed: false,
  count: 3,
  'workload-version': '6.0',
  units: { 'prov/0': { name: 'prov/0', 'workload-status': 'active' }, 'prov/1': { name: 'prov/1', 'workload-status': 'blocked' } },
  none: {},
};
const rows: [string, boolean][] = [
  ['status=="active"', true],
  ["status == 'blocked'", false],
  ['status != "blocked"', true],
  ['life=="alive" && status=="active"', true],
  ['life=="dying" || status=="active"', true],
  ['life=="dying" || life=="dead" && status=="active"', false],
  ['(life=="dying" || status=="active") && count > 2', true],
  ['!exposed', true],
  ['!(status == "active")', false],
  ['count >= 3 && count <= 3 && count < 4', true],
  ['len(units) == 2', true],
  ['len(none) == 0', true],
  ['workload-version == "6.0"', true],
  ['startsWith(name, "pr") && endsWith(name, "ov")', true],
  ['forEach(units, unit => startsWith(unit.name, "prov"))', true],
  ['forEach(units, unit => unit.workload-status == "active")', false],
  ['any(units, unit => unit.workload-status == "active")', true],
  ['all(none, unit => unit.workload-status == "active")', true],
  ['units["prov/1"].workload-status == "blocked"', true],
];
test.each(rows)('%s', (query, value) => {
  expect(holds(parseQuery(query), scope)).toBe(value);
});

test.each([
  ['status ==', 'it ends too early'],
  ['status == "a" )', 'unexpected ")"'],
  ['status = "a"', 'unexpected "="'],
  ['len(units', 'a call is not closed'],
  ['(status == "a"', '")" is missing'],
])('%s is no query', (query, text) => {
  expect(() => parseQuery(query)).toThrow(expect.objectContaining({ message: `cannot read the query: ${text}`, exitCode: 2 }));
});

describe('waiting', () => {
  test('ends when a change brings the goal', async () => {
    const model = statusModel();
    const live = liveModel(model);
    const talk = juju(live, ['wait-for', 'application', 'prov', '--query', 'status=="active"']);
    await Promise.resolve();
    expect(talk.err).toBe('');
    model.units['prov/1']!.workload = { current: 'active', message: '', since };
    live.poke();
    const { code, err } = await talk;
    expect([code, err.split('\n')[0]]).toEqual([0, 'application "prov" is now']);
  });
  test('ends when the time is over', async () => {
    const { code, err } = await juju(liveModel(statusModel()), ['wait-for', 'unit', 'prov/1', '--timeout=5ms', '--summary=false']);
    expect([code, err]).toEqual([1, 'ERROR timed out waiting for "prov/1" to reach goal state\n']);
  });
  test('waits for what is not there yet', async () => {
    const { code, err } = await juju(liveModel(statusModel()), ['wait-for', 'machine', '9', '--timeout=5ms']);
    expect([code, err]).toEqual([1, 'ERROR timed out waiting for "9": it is not in the model\n']);
  });
  test('the model by its applications', async () => {
    const query = 'forEach(applications, app => app.status != "error") && len(machines) == 3';
    expect(await juju(liveModel(statusModel()), ['wait-for', 'model', 'm', '--query', query, '--summary=false'])).toEqual({
      code: 0,
      out: '',
      err: '',
    });
  });
});
