// Networks from which the traffic of a model's machines comes.
import type { Model } from './state.ts';

/** What the model's configuration says, else the machine's address. */
export const egressSubnets = (model: Model, address: string): string[] => {
  const set = String(model.config['egress-subnets'] ?? '').trim();
  return set === '' ? [`${address}/32`] : set.split(',').map(subnet => subnet.trim());
};
