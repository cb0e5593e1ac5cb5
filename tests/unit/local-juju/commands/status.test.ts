// `juju status` against what Juju printed for the same model.
import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { recorded as goldenLines, kit } from './golden.ts';
import { emptyModel, juju, liveModel, since, statusModel } from './world.ts';

const recorded = (command: string, nth = 0) => goldenLines('14-status', command, nth);

function through(script: string, text: string): string {
  const marked = text.replace(/\n$/, '').replace(/^/gm, '| ');
  return execFileSync(process.execPath, [`${kit}lib/${script}`], { input: `${marked}\n`, encoding: 'utf8' }).replace(/^\| ?/gm, '');
}

/** As the kit hides addresses, the model's name and the line of the cloud. */
function hidden(text: string): string {
  return text
    .replace(/\b127(\.\d+){3}\b( *)/g, (all, _, blanks: string) => (blanks.length > 1 ? '<IP>'.padEnd(all.length) : `<IP>${blanks}`))
    .replace(/"m"/g, '"<MODEL>"');
}

describe('juju status is what Juju recorded', () => {
  for (const words of [[], ['--relations'], ['prov']]) {
    test(`status ${words.join(' ')}`, async () => {
      const model = statusModel();
      const want = recorded(['status', ...words].join(' '), words.length === 0 ? 1 : 0);
      // The addresses of the record are as long as 203.0.113.10, and so must be those here.
      for (const machine of Object.values(model.machines)) machine.address = `127.31.117.${10 + Number(machine.id)}`;
      const { code, out, err } = await juju(liveModel(model), ['status', ...words]);
      expect(hidden(through('tabular.mjs', out))).toBe(want.out);
      expect([code, err]).toEqual([0, '']);
    });
  }

  test('as JSON', async () => {
    const { out } = await juju(liveModel(statusModel()), ['status', '--format=json']);
    expect(hidden(through('shape.mjs', out))).toBe(recorded('status --format=json', 1).out);
  });

  test('of an empty model', async () => {
    const { out, err } = await juju(liveModel(emptyModel()), ['status', '--format=json']);
    expect(hidden(through('shape.mjs', out))).toBe(recorded('status --format=json').out);
    expect(hidden(err)).toBe(recorded('status --format=json').err);
  });

  test('one line a unit', async () => {
    const { out } = await juju(liveModel(statusModel()), ['status', '--format=oneline']);
    expect(hidden(out)).toBe(recorded('status --format=oneline').out);
  });

  test('nothing matched', async () => {
    const { out, err, code } = await juju(liveModel(statusModel()), ['status', 'nothing-like-this']);
    expect(out.split('\n')).toHaveLength(3);
    expect([code, err]).toEqual([0, 'Nothing matched specified filter.\n']);
  });

  test('of one unit, with the status that the leader set', async () => {
    const model = statusModel();
    model.applications.prov!.status = { current: 'waiting', message: 'for the application', since };
    for (const machine of Object.values(model.machines)) machine.address = `127.31.117.${10 + Number(machine.id)}`;
    const { out } = await juju(liveModel(model), ['status', 'prov/0']);
    expect(hidden(through('tabular.mjs', out))).toBe(recorded('status prov/0').out);
  });
});

test('a failed relation hook names its endpoint in JSON and beside the integrations only', async () => {
  const model = statusModel();
  model.units['req/0']!.agentError = { message: 'hook failed: "db-relation-changed"', suffix: ' for prov:database', since };
  const live = liveModel(model);
  const plain = await juju(live, ['status', 'req']);
  expect(plain.out).toContain('127.31.7.11            hook failed: "db-relation-changed"\n');
  const relations = await juju(live, ['status', 'req', '--relations']);
  expect(relations.out).toContain('hook failed: "db-relation-changed" for prov:database\n');
  expect(relations.out).toContain(
    'req  1.2-abcdefgh...  error       1  req               0  no       hook failed: "db-relation-changed"\n',
  );
  const { applications } = JSON.parse((await juju(live, ['status', 'req', '--format=json'])).out);
  expect(applications.req.units['req/0']['workload-status'].message).toBe('hook failed: "db-relation-changed" for prov:database');
  expect(applications.req.units['req/0']['juju-status'].current).toBe('idle');
});
