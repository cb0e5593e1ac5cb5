// How many instances a storage directive asks for: `logs`, `logs=2`, `logs=lxd,2,1G`.

/** @returns the count, 1 where none is given. @throws {Error} with Juju's sentence. */
export const storageCount = (name: string, directive: string | undefined): number => {
  const failing = `cannot parse constraints for storage ${JSON.stringify(name)}`;
  if (directive === '') throw new Error(`${failing}: storage constraints require at least one field to be specified`);
  const count = directive?.split(',').find(part => /^-?[0-9]+$/.test(part)) ?? '1';
  if (Number(count) > 0) return Number(count);
  throw new Error(`${failing}: cannot parse count: count must be greater than zero, got ${JSON.stringify(count)}`);
};
