// Names of units and applications, and the order Juju lists them in.
import { applicationName } from '../../name-patterns.ts';

export { isApplicationName, isUnitName } from '../../name-patterns.ts';

/** Compares like Juju's natural sort: runs of digits by number, all else as text; so `a/2` < `a/10` and `req2/0` < `req/0`. */
export function naturally(a: string, b: string): number {
  const left = a.match(/\d+|\D+/g) ?? [];
  const right = b.match(/\d+|\D+/g) ?? [];
  for (let at = 0; at < Math.min(left.length, right.length); at++) {
    const one = left[at] ?? '';
    const other = right[at] ?? '';
    if (one === other) continue;
    const numbers = /^\d/.test(one) && /^\d/.test(other);
    if (numbers && Number(one) !== Number(other)) return Number(one) - Number(other);
    return one < other ? -1 : 1;
  }
  return left.length - right.length;
}

const leaderName = new RegExp(`^${applicationName}/leader$`);

/** `prov/leader` */
export function isLeaderName(text: string): boolean {
  return leaderName.test(text);
}

/** unit-prov-0 for prov/0. */
export function unitTag(unit: string): string {
  return `unit-${unit.replace('/', '-')}`;
}

export function plural(count: number, word: string): string {
  return count === 1 ? word : `${word}s`;
}
