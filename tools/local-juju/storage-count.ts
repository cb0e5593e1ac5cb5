// How many instances a storage directive asks for: the `2` of `logs=2` and of `logs=lxd,2,1G`.

/** @param directive what stands behind the name's `=`, if there is one. @returns 1 without a count. @throws {Error} with Juju's reason. */
export const storageCount = (directive: string | undefined): number => {
  if (directive === '') throw new Error('storage constraints require at least one field to be specified');
  const count = directive?.split(',').find(part => /^-?[0-9]+$/.test(part)) ?? '1';
  if (Number(count) > 0) return Number(count);
  throw new Error(`cannot parse count: count must be greater than zero, got ${JSON.stringify(count)}`);
};
