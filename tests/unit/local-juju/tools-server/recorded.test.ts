// What Juju's hook tools answered in the recorded scenarios, answered again here.
import { describe, expect, test } from 'vitest';
import { world } from './kit.ts';
import { type Replay, replay } from './replay.ts';

const someId = '9m4e2mr0ui3e8a215n4g'; // of no secret

const compare = ({ answers }: Replay): void => {
  const text = (side: 'expected' | 'got') => answers.map(answer => `> ${answer.line}\n${answer[side]}`).join('\n');
  expect(text('got')).toBe(text('expected'));
};

describe('recorded', () => {
  test('argument lists of all tools', async () => {
    const kit = world();
    const result = await replay('16-tools', kit, new Map([['<S1>', someId]]), {
      command: () => {
        kit.model.applications.prov!.config.s = 'go';
      },
      unit: step => step.unit || 'prov/0',
    });
    compare(result);
    expect(result.refused).toEqual([]);
    expect(result.skipped).toHaveLength(4);
    expect(result.answers.length).toBeGreaterThan(160);
    expect(kit.taskLog).toEqual(['4 hi there']);
  });

  test('charm secrets', async () => {
    const kit = world();
    const result = await replay('09-secrets', kit, new Map([['<S3>', someId]]), {
      // The transcript leaves the unit's name out where it shows a part of its hooks only.
      unit: step => (['secret-remove', 'config-changed'].includes(step.hook) ? 'prov/0' : step.unit),
      after: step => {
        if (step.kind !== 'run' || step.hook !== 'db-relation-broken') return;
        delete kit.model.relations[1];
        for (const secret of Object.values(kit.model.secrets)) secret.grants = secret.grants.filter(grant => grant.relation !== 1);
      },
    });
    compare(result);
    expect(result.skipped).toEqual([]);
    expect(result.refused).toEqual(['updating secrets: permission denied', 'creating secrets: secret with label "mine" already exists']);
    expect(result.answers.length).toBeGreaterThan(55);
  });
});
