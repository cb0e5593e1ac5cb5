// Where a unit connects from, as Juju tells it in the unit's databag.
import * as z from 'zod/mini';
import type { Bag, Networks } from '../core/observed.ts';
import { readJson } from './json.ts';

const PART = '(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])';
const V4 = new RegExp(`^${PART}(\\.${PART}){3}(/(3[0-2]|[12]?[0-9]))?$`);
const GROUP = /^[0-9a-f]{1,4}$/i;

/**
 * Networks (CIDR) of the unit, sorted: what the operator or the cloud says of its traffic, and its addresses besides, for a machine in two
 * networks takes the nearer one. Names are passed over, for MongoDB looks up none.
 */
export function networksOf(unit: Bag): readonly string[] {
  const told = [...(unit['egress-subnets'] ?? '').split(','), unit['ingress-address'] ?? '', unit['private-address'] ?? ''];
  const all = told.map(text => asNetwork(text.trim())).filter(one => one !== undefined);
  return [...new Set(all)].sort();
}

/** As a network, or undefined for what is none, nor an address. */
function asNetwork(text: string): string | undefined {
  if (V4.test(text)) return text.includes('/') ? text : `${text}/32`;
  const [address = '', length = '128', ...more] = text.split('/');
  return isV6(address) && /^\d{1,3}$/.test(length) && Number(length) <= 128 && more.length === 0
    ? `${address}/${Number(length)}`
    : undefined;
}

function isV6(address: string): boolean {
  const halves = address.split('::').map(half => (half === '' ? [] : half.split(':')));
  const groups = halves.flat();
  return groups.every(group => GROUP.test(group)) && (halves.length === 1 ? groups.length === 8 : halves.length === 2 && groups.length < 8);
}

const networks = z.record(z.string(), z.array(z.string()));

/** What `encodeNetworks` wrote. */
export const decodeNetworks = (text: string | undefined): Networks | undefined => readJson(text, networks);
export const encodeNetworks = (of: Networks): string => JSON.stringify(of);
