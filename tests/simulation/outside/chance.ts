// Random numbers of the charm, out of the simulation's seed.
import { below } from '../kernel.ts';

export const randomInt = (limit: number): number => below(limit);
