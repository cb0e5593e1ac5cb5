// The words of `juju run`: receivers, the action, and its parameters.
import { JujuError } from '../../contract.ts';
import { isLeaderName, isUnitName } from '../text/names.ts';
import { yamlValue } from '../text/yaml-value.ts';

export type RunWords = { receivers: string[]; action: string; assignments: { path: string[]; value: string }[] };

/** Splits `prov/0 prov/leader set-password a.b=c`; throws with exit code 2. */
export function readRunWords(words: readonly string[]): RunWords {
  const receivers: string[] = [];
  let action: string | undefined;
  let at = 0;
  for (; at < words.length; at++) {
    const word = words[at] ?? '';
    if (isUnitName(word) || isLeaderName(word)) receivers.push(word);
    else if (/^[a-z](?:[a-z0-9-]*[a-z0-9])?$/.test(word)) {
      action = word;
      at++;
      break;
    } else throw new JujuError(`invalid unit or action name "${word}"`, 2);
  }
  if (receivers.length === 0) throw new JujuError('no unit specified', 2);
  if (action === undefined) throw new JujuError('no action specified', 2);
  return { receivers, action, assignments: words.slice(at).map(readAssignment) };
}

/** The map that the assignments make on top of `start`; `asText` leaves values as typed, else they are read as YAML. */
export function buildParameters(
  start: Record<string, unknown>,
  assignments: RunWords['assignments'],
  asText: boolean,
): Record<string, unknown> {
  const made = structuredClone(start);
  for (const { path, value } of assignments) {
    let map = made;
    for (const key of path.slice(0, -1)) {
      const inner = map[key];
      if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) map[key] = {};
      map = map[key] as Record<string, unknown>;
    }
    map[path.at(-1) ?? ''] = asText ? value : yamlValue(value);
  }
  return made;
}

function readAssignment(word: string): { path: string[]; value: string } {
  const at = word.indexOf('=');
  if (at < 1) throw new JujuError(`argument "${word}" must be of the form key.key.key...=value`, 2);
  const path = word.slice(0, at).split('.');
  const bad = path.find(key => !/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(key));
  if (bad === undefined) return { path, value: word.slice(at + 1) };
  throw new JujuError(
    `key "${bad}" must start and end with lowercase alphanumeric, and contain only lowercase alphanumeric and hyphens`,
    2,
  );
}
