// Networks from which the units of a model are said to come.
import { expect, test } from 'vitest';
import { egressSubnets } from '../../../../tools/local-juju/egress.ts';
import { setModelConfig } from '../../../../tools/local-juju/engine/model-config.ts';
import { deployed } from '../../juju/deployed.ts';

const later = '2026-01-01T00:00:00Z';

test('are the address of each, until the model’s configuration says something else', async () => {
  const { model, client } = await deployed(1);
  const relation = client('one');
  const address = model.machines[model.units['one/0']?.machine ?? '']?.address;
  const bag = (of = relation) => of.units['one/0']?.values;
  expect(bag()?.['egress-subnets']).toBe(`${address}/32`);
  const { version = 0 } = relation.units['one/0'] ?? {};
  setModelConfig(model, { 'egress-subnets': '127.0.0.0/8, fd00::/64' }, [], later);
  expect(bag()).toEqual({ 'egress-subnets': '127.0.0.0/8,fd00::/64', 'ingress-address': address, 'private-address': address });
  expect(relation.units['one/0']?.version).toBe(version + 1);
  expect(client('two').units['two/0']?.values['egress-subnets']).toBe('127.0.0.0/8,fd00::/64');
  expect(egressSubnets(model, '127.0.0.9')).toEqual(['127.0.0.0/8', 'fd00::/64']);
  setModelConfig(model, {}, ['egress-subnets'], later);
  expect(bag()?.['egress-subnets']).toBe(`${address}/32`);
});

test.each(['10.0.0.1', '10.0.0.0/33', 'here/8', '10.0.0.0/8/8', '10.0.0.0/8,', 'fd00::/129'])('are not %s', async value => {
  const { model } = await deployed(1);
  expect(() => setModelConfig(model, { 'egress-subnets': value }, [], later)).toThrow('invalid egress subnet: invalid CIDR address');
  expect(model.config).not.toHaveProperty('egress-subnets');
});
