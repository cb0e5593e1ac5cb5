// The operator's configuration (config.yaml), checked.
import * as z from 'zod/mini';
import { CLIENT_NETWORKS, ROLES, ROTATIONS } from './names.ts';
import { oneLine } from './text.ts';

/** What is shown of a value that is wrong. */
const LONGEST_VALUE = 64;

const number = () => z.number('must be a number').check(z.refine(value => Number.isInteger(value), 'must be a whole number'));
const zeroOr = (low: number, high: number, unit: string) =>
  number().check(z.refine(value => value === 0 || (value >= low && value <= high), `must be 0 or from ${low} to ${high} ${unit}`));

const oneOf = <Word extends string>(words: readonly Word[]) => z.enum(words, `must be ${words.slice(0, -1).join(', ')} or ${words.at(-1)}`);

/** Options that a charm does not have are at their defaults there. */
const schema = z.object({
  role: z._default(oneOf(ROLES), 'replication'),
  'auto-delete': z._default(z.boolean('must be true or false'), false),
  'client-networks': z._default(oneOf(CLIENT_NETWORKS), 'any'),
  'client-password-rotation': z._default(oneOf(ROTATIONS), 'never'),
  'system-password-rotation': z._default(oneOf(ROTATIONS), 'never'),
  'system-users': z._default(z.string('must be the name of a secret'), ''),
  'cache-size-mb': z._default(zeroOr(256, 10_000_000, 'MiB'), 0),
  'oplog-size-mb': z._default(zeroOr(990, 1_000_000_000, 'MB'), 0),
  'slow-operation-threshold-ms': z._default(
    number().check(z.refine(value => value >= 0 && value <= 2_147_483_647, 'must be from 0 to 2147483647 milliseconds')),
    100,
  ),
  'log-verbosity': z._default(number().check(z.refine(value => value >= 0 && value <= 5, 'must be from 0 to 5')), 0),
  'election-timeout-ms': z._default(
    number().check(z.refine(value => value >= 1_000 && value <= 60_000, 'must be from 1000 to 60000 milliseconds')),
    5_000,
  ),
  'max-connections': z._default(zeroOr(100, 1_000_000, 'connections'), 0),
});

export type Config = z.infer<typeof schema>;
export type CheckedConfig =
  | { readonly valid: true; readonly config: Config }
  /** `option`: the one that is wrong. */
  | { readonly valid: false; readonly option: string; readonly problem: string };

/** Checks what `config-get` answered. The problem names the first option that is wrong, its value, and what it may be. */
export function checkConfig(raw: unknown): CheckedConfig {
  const parsed = schema.safeParse(raw);
  if (parsed.success) return { valid: true, config: parsed.data };
  const issue = parsed.error.issues[0];
  if (issue?.path[0] === undefined) return { valid: false, option: '', problem: 'is no list of options' };
  const option = String(issue.path[0]);
  const value = (raw as Record<string, unknown>)[option];
  const shown = oneLine(typeof value === 'string' ? value : JSON.stringify(value), LONGEST_VALUE);
  return { valid: false, option, problem: `${option}=${shown} ${issue.message}` };
}
