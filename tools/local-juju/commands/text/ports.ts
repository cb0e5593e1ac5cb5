// Open ports as the client shows them.
import type { PortRange } from '../../state.ts';

/** The list of `open-ports` in JSON and YAML: each range once, by protocol, then by number. */
export function openPorts(ports: readonly PortRange[]): string[] {
  const sorted = [...ports].sort((a, b) => (a.protocol < b.protocol ? -1 : a.protocol > b.protocol ? 1 : a.from - b.from || a.to - b.to));
  return [...new Set(sorted.map(nameOf))];
}

/** The cell of a table: `27017,8080-8082/tcp 53/udp`. Single ports in a row become a range; each protocol's ranges stand in text order. */
export function groupPorts(ports: readonly string[]): string {
  const groups = new Map<string, string[]>();
  for (const port of ports) {
    const [range = '', protocol] = port.split('/');
    const key = protocol ?? '';
    groups.set(key, [...(groups.get(key) ?? []), range]);
  }
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([protocol, ranges]) => (protocol === '' ? ranges.join(',') : `${joined(ranges)}/${protocol}`))
    .join(' ');
}

function nameOf(port: PortRange): string {
  if (port.protocol === 'icmp') return 'icmp';
  return `${port.from === port.to ? port.from : `${port.from}-${port.to}`}/${port.protocol}`;
}

function joined(ranges: readonly string[]): string {
  const singles = ranges.filter(range => !range.includes('-')).map(Number);
  const merged: { from: number; to: number }[] = [];
  for (const port of singles.sort((a, b) => a - b)) {
    const last = merged.at(-1);
    if (last && port === last.to + 1) last.to = port;
    else merged.push({ from: port, to: port });
  }
  const texts = merged.map(({ from, to }) => (from === to ? String(from) : `${from}-${to}`));
  return [...texts, ...ranges.filter(range => range.includes('-'))].sort().join(',');
}
