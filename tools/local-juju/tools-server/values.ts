// Bags of values: changing and comparing them.
import type { Values } from '../state.ts';

/** The bag with the changes; an empty string takes its key away. */
export const changed = (values: Values, changes: Values | undefined): Values => {
  const result = { ...values, ...changes };
  for (const key of Object.keys(changes ?? {})) if (result[key] === '') delete result[key];
  return result;
};

export const sameValues = (a: Values, b: Values): boolean => {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every(key => Object.hasOwn(b, key) && a[key] === b[key]);
};
