// open-port, close-port, opened-ports.
import type { PortRange } from '../state.ts';
import { ToolError, UsageError } from './errors.ts';
import { noMore } from './flags.ts';
import { byRange, conflictOf, parseRange, portsAfter, type Range, rangeText, samePort, sameRange } from './ports.ts';
import { type Running, unitOf } from './running.ts';
import type { Call, Tool } from './tool.ts';

const endpointsFlag = { about: 'a comma-delimited list of application endpoints to target with this operation' };

const openPort: Tool = {
  summary: 'register a request to open a port or port range',
  usage: '<port>[/<protocol>] or <from>-<to>[/<protocol>] or icmp',
  flags: { endpoints: endpointsFlag },
  run: call => {
    const { pending } = call.running;
    const current = unitOf(call.running).ports;
    for (const port of portsOf(call)) {
      pending.closePorts = pending.closePorts.filter(closed => !samePort(closed, port));
      if ([...current, ...pending.openPorts].some(other => samePort(other, port))) continue;
      refuseConflict(call.running, 'open', port, pending.openPorts);
      pending.openPorts.push(port);
    }
    return undefined;
  },
};

const closePort: Tool = {
  summary: 'register a request to close a port or port range',
  usage: '<port>[/<protocol>] or <from>-<to>[/<protocol>] or icmp',
  flags: { endpoints: endpointsFlag },
  run: call => {
    const { pending } = call.running;
    for (const port of portsOf(call)) {
      pending.openPorts = pending.openPorts.filter(opened => !samePort(opened, port));
      if (pending.closePorts.some(other => samePort(other, port))) continue;
      refuseConflict(call.running, 'close', port, pending.closePorts);
      if (unitOf(call.running).ports.some(other => samePort(other, port))) pending.closePorts.push(port);
    }
    return undefined;
  },
};

const refuseConflict = (running: Running, doing: 'open' | 'close', port: PortRange, asked: readonly PortRange[]): void => {
  const conflict = conflictOf(running, port, asked);
  if (conflict === undefined) return;
  const other = `${rangeText(conflict.range)} (unit "${conflict.unit}")${conflict.pending ? ' requested earlier' : ''}`;
  throw new ToolError(`cannot ${doing} ${rangeText(port)} (unit "${running.unitName}"): port range conflicts with ${other}`);
};

/** The range that was named, once for each endpoint; without any, for all of them. */
const portsOf = ({ words, flags }: Call): PortRange[] => {
  if (words[0] === undefined) throw new UsageError('no port or range specified');
  let range: Range;
  try {
    range = parseRange(words[0]);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  noMore(words.slice(1));
  const endpoints = typeof flags.endpoints === 'string' ? flags.endpoints.split(',').map(name => name.trim()) : [''];
  return endpoints.map(endpoint => ({ ...range, endpoint }));
};

const openedPorts: Tool = {
  summary: 'list all ports or port ranges opened by the unit',
  usage: '[options]',
  output: 'smart',
  flags: { endpoints: { boolean: true, about: 'display the list of target application endpoints for each port range' } },
  run: ({ running, words, flags }) => {
    noMore(words);
    const ports = portsAfter(running).sort(byRange);
    const ranges = ports.filter((port, i) => ports.findIndex(other => sameRange(other, port)) === i);
    if (!flags.endpoints) return { value: ranges.map(rangeText) };
    const endpointsOf = (range: Range) =>
      ports
        .filter(port => sameRange(port, range))
        .map(port => port.endpoint || '*')
        .sort();
    return { value: ranges.map(range => `${rangeText(range)} (${endpointsOf(range).join(', ')})`) };
  },
};

export const portTools: Readonly<Record<string, Tool>> = {
  'open-port': openPort,
  'close-port': closePort,
  'opened-ports': openedPorts,
};
