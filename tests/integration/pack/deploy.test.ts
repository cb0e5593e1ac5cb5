// The client charm by its name, as an operator deploys it: built on demand, and working from its folder.
import { expect, test } from 'vitest';
import { runAction } from '../../support/client.ts';
import { withModel } from '../../support/model.ts';
import { unitsOf } from '../../support/status.ts';

test('juju deploy data-integrator builds the charm, and it says what it waits for', () =>
  withModel(async model => {
    await model.juju('deploy', 'data-integrator');
    const says = (level: string, message: string) => (status: Parameters<typeof unitsOf>[0]) =>
      Object.values(unitsOf(status, 'data-integrator')).some(
        unit => unit['workload-status'].current === level && unit['workload-status'].message === message,
      );
    await model.waitFor(
      'the charm to ask for a database',
      says('blocked', 'Please specify either topic, index, database name, keyspace name, or prefix'),
    );
    await model.juju('config', 'data-integrator', 'database-name=shop');
    await model.waitFor('the charm to ask for a relation', says('blocked', 'Please relate the data-integrator with the desired product'));
    const [task] = Object.values(await runAction(model, 'data-integrator/leader', 'get-credentials'));
    expect(task).toMatchObject({ status: 'failed', message: 'The action can be run only after relation is created.' });
  }));

test('a charm of another name is refused with a sentence', () =>
  withModel(async model => {
    const { code, stderr } = await model.tryJuju('deploy', 'postgresql');
    expect(code).toBe(1);
    expect(stderr).toContain('"postgresql" is not one of this repository\'s charms');
  }));
