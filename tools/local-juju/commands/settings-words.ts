// The words that `config` and `model-config` share: one key to read, or key=value, --reset and --file to change.
import { JujuError } from '../contract.ts';
import type { Call, FlagSpec } from './spec.ts';

export const settingsFlags: readonly FlagSpec[] = [
  { names: ['reset'], value: 'keys', help: 'Back to the default; with commas between them' },
  { names: ['file'], value: 'path', help: 'A YAML file with settings' },
];

export type SettingsWords =
  | { kind: 'all' }
  | { kind: 'get'; key: string }
  | { kind: 'change'; values: Record<string, string>; reset: string[]; file?: string };

/** Reads the words behind the name; throws Juju's texts with exit code 2. */
export function readSettingsWords(call: Call, words: readonly string[]): SettingsWords {
  const keys = words.filter(word => !word.includes('='));
  const pairs = words.filter(word => word.includes('='));
  const reset = call.flags
    .all('reset')
    .flatMap(text => text.split(','))
    .map(key => key.trim())
    .filter(key => key !== '');
  const file = call.flags.text('file');
  if (keys.length > 0 && pairs.length > 0) throw new JujuError('cannot get value and set key=value pairs simultaneously', 2);
  if (keys.length > 1) throw new JujuError('cannot specify multiple keys to get', 2);
  const values: Record<string, string> = {};
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    const key = pair.slice(0, at);
    if (key === '') throw new JujuError(`expected "key=value", got "${pair}"`, 2);
    if (key in values) throw new JujuError(`key "${key}" specified more than once`, 2);
    values[key] = pair.slice(at + 1);
  }
  const changing = pairs.length > 0 || reset.length > 0 || file !== undefined;
  if (keys.length === 1 && changing) throw new JujuError('cannot get value and reset or set from a file simultaneously', 2);
  const both = reset.find(key => key in values);
  if (both !== undefined) throw new JujuError(`key "${both}" cannot be both set and reset in the same command`, 2);
  if (changing) return { kind: 'change', values, reset, ...(file === undefined ? {} : { file }) };
  return keys[0] === undefined ? { kind: 'all' } : { kind: 'get', key: keys[0] };
}
