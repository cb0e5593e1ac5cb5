// The short formats of `juju status`: one line a unit, and the summary.
import { naturally } from '../text/names.ts';
import { groupPorts } from '../text/ports.ts';
import { layTable } from '../text/table.ts';
import type { Status, UnitInfo } from './shape.ts';

/** `- prov/0: 10.0.0.1 (agent:idle, workload:active) 27017/tcp`, subordinates below their principal. */
export function statusLines(status: Status): string {
  return principals(status)
    .flatMap(([name, unit]) => [
      lineOf(name, unit, ''),
      ...Object.entries(unit.subordinates ?? {})
        .sort(([a], [b]) => naturally(a, b))
        .map(([sub, info]) => lineOf(sub, info, '  ')),
    ])
    .map(line => `${line}\n`)
    .join('');
}

/** Counts of machines, units and applications by state, addresses and ports. */
export function statusSummary(status: Status): string {
  const units = principals(status).flatMap(([name, unit]) => [[name, unit] as const, ...Object.entries(unit.subordinates ?? {})]);
  const ports = new Set(units.flatMap(([, unit]) => unit['open-ports'] ?? []));
  const rows = [
    ['Running on subnets:', '127.0.0.0/8', ''],
    [' Utilizing ports:', groupPorts([...ports]), ''],
    [' # Machines:', `(${Object.keys(status.machines).length})`, ''],
    ...counts(Object.values(status.machines).map(machine => machine['juju-status'].current)),
    [' # Units:', `(${units.length})`, ''],
    ...counts(units.map(([, unit]) => unit['workload-status'].current)),
    [' # Applications:', `(${Object.keys(status.applications).length})`, ''],
    ...Object.entries(status.applications).map(([name, application]) => {
      const own = units.filter(([unit]) => unit.startsWith(`${name}/`)).length;
      return [` ${name}`, `${own}/${own}`, application.exposed ? 'exposed' : ''];
    }),
  ];
  return layTable(rows, { right: [0] });
}

function principals(status: Status): [string, UnitInfo][] {
  return Object.values(status.applications)
    .flatMap(application => Object.entries(application.units ?? {}))
    .sort(([a], [b]) => naturally(a, b));
}

function lineOf(name: string, unit: UnitInfo, indent: string): string {
  const ports = groupPorts(unit['open-ports'] ?? []);
  const line = `${indent}- ${name}: ${unit['public-address'] ?? ''} (agent:${unit['juju-status'].current}, workload:${unit['workload-status'].current})`;
  return ports === '' ? line : `${line} ${ports}`;
}

function counts(words: readonly string[]): string[][] {
  const found = new Map<string, number>();
  for (const word of words) found.set(word, (found.get(word) ?? 0) + 1);
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([word, count]) => [` ${word}:`, String(count), '']);
}
