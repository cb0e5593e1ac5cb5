// What tells one charm from another.
import { createHash } from 'node:crypto';
import { filesOf } from '../../../tools/pack/pack.ts';

/** Each file's mode and the digest of its content, by its path. */
export const contentOf = async (folder: string): Promise<Record<string, string>> => {
  const files = await filesOf(folder);
  const lines = files.map(
    ({ path, mode, bytes }) => [path, `${mode.toString(8)} ${createHash('sha256').update(bytes).digest('hex')}`] as const,
  );
  return Object.fromEntries(lines.sort(([a], [b]) => (a < b ? -1 : 1)));
};
