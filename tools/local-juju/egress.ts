// Networks from which the traffic of a model's machines comes.
import { isIPv6 } from 'node:net';
import type { Model } from './state.ts';

/** What the model's configuration says, else the machine's address. */
export const egressSubnets = (model: Model, address: string): string[] => {
  const set = String(model.config['egress-subnets'] ?? '').trim();
  return set === '' ? [`${address}/${isIPv6(address) ? 128 : 32}`] : set.split(',').map(subnet => subnet.trim());
};
