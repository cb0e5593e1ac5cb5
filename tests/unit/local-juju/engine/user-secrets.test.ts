// Secrets of the user: the numbers of their revisions, and who hears of them.
import { expect, test } from 'vitest';
import { addSecret, grantSecret, removeSecret, updateSecret } from '../../../../tools/local-juju/engine/user-secrets.ts';
import { prov } from './charms.ts';
import { simulation } from './simulation.ts';

const content = (value: string) => ({ password: Buffer.from(value).toString('base64') });

test('the newest revision is removed and the secret updated: the number is a new one, and those who read the secret hear of it', () => {
  const sim = simulation();
  sim.deploy('prov', prov);
  sim.settle();
  const id = addSecret(sim.model, { name: 'users', description: '', content: content('one') }, sim.now);
  grantSecret(sim.model, 'users', ['prov'], false);
  const secret = sim.model.secrets[id]!;
  secret.consumers['prov/0'] = { label: '', tracked: 1 };
  updateSecret(sim.model, 'users', { content: content('two') }, sim.now);
  expect(sim.settle()).toEqual([`prov/0 secret-changed secret:${id}`]);

  removeSecret(sim.model, 'users', 2);
  updateSecret(sim.model, 'users', { content: content('three') }, sim.now);
  expect(secret.revisions.map(one => one.revision)).toEqual([1, 3]);
  expect(sim.settle()).toEqual([`prov/0 secret-changed secret:${id}`]);
});
