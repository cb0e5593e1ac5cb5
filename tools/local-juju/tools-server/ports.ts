// Port ranges: reading them, what conflicts, what is open once the hook has committed.
import { goQuote } from '../format/quote.ts';
import type { PortRange } from '../state.ts';
import { parseInteger } from './flags.ts';
import type { Running } from './running.ts';

export type Range = Omit<PortRange, 'endpoint'>;

/** `80`, `80/udp`, `8000-8010/tcp`, `icmp`. Throws with what is wrong. */
export const parseRange = (text: string): Range => {
  const [ports = '', ...protocols] = text.toLowerCase().split('/');
  const [first = '', ...second] = ports.split('-');
  const from = ports === 'icmp' ? -1 : parsePort(first);
  const to = ports === 'icmp' ? -1 : second.length === 0 ? from : parsePort(second.join('-'));
  const protocol = from === -1 ? 'icmp' : protocols.length === 0 ? 'tcp' : protocols.join('/');
  if (protocol !== 'tcp' && protocol !== 'udp' && protocol !== 'icmp') {
    throw new Error(`invalid protocol ${goQuote(protocol)}, expected "tcp", "udp", or "icmp"`);
  }
  if (protocol === 'icmp' && from !== -1) throw new Error(`protocol "icmp" doesn't support any ports; got "${from}"`);
  const range: Range = { from, to, protocol };
  if (from > to) throw new Error(`invalid port range ${rangeText(range)}`);
  if (protocol !== 'icmp' && (from < 0 || to > 65535)) {
    throw new Error(`port range bounds must be between 0 and 65535, got ${from}-${to}`);
  }
  return range;
};

const parsePort = (text: string): number => {
  try {
    return parseInteger(text);
  } catch (error) {
    throw new Error(`invalid port ${goQuote(text)}: ${(error as Error).message}`);
  }
};

/** `80/tcp`, `8000-8010/udp`, `icmp`. */
export const rangeText = ({ from, to, protocol }: Range): string =>
  protocol === 'icmp' ? 'icmp' : from === to ? `${from}/${protocol}` : `${from}-${to}/${protocol}`;

/** By protocol, then by port. */
export const byRange = (a: Range, b: Range): number =>
  a.protocol === b.protocol ? a.from - b.from || a.to - b.to : a.protocol < b.protocol ? -1 : 1;

export const sameRange = (a: Range, b: Range): boolean => a.from === b.from && a.to === b.to && a.protocol === b.protocol;
export const samePort = (a: PortRange, b: PortRange): boolean => sameRange(a, b) && a.endpoint === b.endpoint;

/** The unit's ports as they will be after a commit. */
export const portsAfter = (running: Running): PortRange[] => {
  const { openPorts, closePorts } = running.pending;
  const stay = (running.model.units[running.unitName]?.ports ?? []).filter(port => !closePorts.some(closed => samePort(closed, port)));
  return [...stay, ...openPorts.filter(port => !stay.some(other => samePort(other, port)))];
};

export type Conflict = { range: Range; unit: string; pending: boolean };

/**
 * What stands in the way of opening or closing a range: an overlapping one that the unit asked for in the same hook, one that it has
 * open, or any overlap with a unit on its machine. The very same range of the unit's own is no conflict.
 */
export const conflictOf = (running: Running, range: Range, asked: readonly PortRange[]): Conflict | undefined => {
  const { units } = running.model;
  const own = running.unitName;
  const pending = asked.find(port => overlaps(port, range) && !sameRange(port, range));
  if (pending) return { range: pending, unit: own, pending: true };
  const machine = units[own]?.machine;
  for (const unit of Object.values(units)) {
    if (unit.machine !== machine) continue;
    const found = unit.ports.find(port => overlaps(port, range) && (unit.name !== own || !sameRange(port, range)));
    if (found) return { range: found, unit: unit.name, pending: false };
  }
  return undefined;
};

const overlaps = (a: Range, b: Range): boolean => a.protocol === b.protocol && a.from <= b.to && b.from <= a.to;
