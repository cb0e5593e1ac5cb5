// `juju status` as tables. Section by section; widths are each section's own.
import { naturally } from '../text/names.ts';
import { groupPorts } from '../text/ports.ts';
import { type Cell, layTable } from '../text/table.ts';
import type { ApplicationInfo, IntegrationLine, Status, StorageSection, UnitInfo } from './shape.ts';
import { sizeText } from './storage.ts';

/** `integrations` and `storage` choose sections; without them the tables of the model, applications, units and machines are made. */
export function statusTables(
  status: Status,
  options: { integrations?: readonly IntegrationLine[]; storage: boolean; colour: boolean },
): string {
  const sections = [
    modelTable(status),
    remoteApplicationTable(status),
    applicationTable(status),
    unitTable(status),
    machineTable(status),
    offerTable(status),
    integrationTable(options.integrations ?? []),
    options.storage ? storageTable(status) : [],
  ];
  return sections
    .map((rows, at) => (rows.length === 0 ? '' : layTable(rows, { colour: options.colour, ...(at === 2 ? { right: [3, 6] } : {}) })))
    .filter(text => text !== '')
    .join('\n');
}

export function machineTable(status: Status): Cell[][] {
  const machines = Object.entries(status.machines).sort(([a], [b]) => naturally(a, b));
  if (machines.length === 0) return [];
  return [
    ['Machine', 'State', 'Address', 'Inst id', 'Base', 'AZ', 'Message'],
    ...machines.map(([id, machine]) => [
      id,
      coloured(machine['juju-status'].current),
      machine['dns-name'],
      machine['instance-id'],
      `${machine.base.name}@${machine.base.channel}`,
      '',
      machine['machine-status'].message ?? '',
    ]),
  ];
}

/** The rows of `juju storage` and of the storage section: instances by unit, then id. */
export function storageRows(section: StorageSection, mountpoint: boolean): string[][] {
  const rows = Object.entries(section.storage ?? {}).map(([id, storage]) => {
    const unit = Object.keys(storage.attachments?.units ?? {})[0] ?? '';
    const filesystem = Object.values(section.filesystems ?? {}).find(one => one.storage === id);
    const where = storage.attachments?.units[unit]?.location ?? '';
    return [
      unit,
      id,
      storage.kind,
      filesystem?.pool ?? '',
      ...(mountpoint ? [where] : []),
      filesystem ? sizeText(filesystem.size) : '',
      storage.status.current,
      '',
    ];
  });
  return rows.sort((a, b) => naturally(a[0] ?? '', b[0] ?? '') || naturally(a[1] ?? '', b[1] ?? ''));
}

function modelTable(status: Status): Cell[][] {
  const { model } = status;
  return [
    ['Model', 'Controller', 'Cloud/Region', 'Version', 'SLA', 'Timestamp'],
    [model.name, model.controller, `${model.cloud}/${model.region}`, model.version, model.sla, status.controller.timestamp],
  ];
}

/** What is consumed of other models. */
function remoteApplicationTable(status: Status): Cell[][] {
  const remotes = Object.entries(status['application-endpoints'] ?? {});
  if (remotes.length === 0) return [];
  return [
    ['SAAS', 'Status', 'Store', 'URL'],
    ...remotes.map(([name, remote]) => [name, coloured(remote['application-status'].current), ...remote.url.split(':')]),
  ];
}

function offerTable(status: Status): Cell[][] {
  const offers = Object.entries(status.offers ?? {});
  if (offers.length === 0) return [];
  return [
    ['Offer', 'Application', 'Charm', 'Rev', 'Connected', 'Endpoint', 'Interface', 'Role'],
    ...offers.flatMap(([name, offer]) => {
      const [, charm = '', revision = ''] = /^(?:local:)?(.*)-(\d+)$/.exec(offer.charm) ?? [];
      const connected = `${offer['active-connected-count']}/${offer['total-connected-count']}`;
      return Object.entries(offer.endpoints).map(([endpoint, info], at) => [
        ...(at === 0 ? [name, offer.application, charm, revision, connected] : ['', '', '', '', '']),
        endpoint,
        info.interface,
        info.role,
      ]);
    }),
  ];
}

function applicationTable(status: Status): Cell[][] {
  const applications = Object.entries(status.applications).sort(([a], [b]) => naturally(a, b));
  if (applications.length === 0) return [];
  return [
    ['App', 'Version', 'Status', 'Scale', 'Charm', 'Channel', 'Rev', 'Exposed', 'Message'],
    ...applications.map(([name, application]) => [
      name,
      cut(application.version ?? '', 15),
      coloured(application['application-status'].current),
      scaleOf(status, name, application),
      application['charm-name'],
      '',
      String(application['charm-rev']),
      application.exposed ? 'yes' : 'no',
      cut(application['application-status'].message ?? '', 120),
    ]),
  ];
}

function unitTable(status: Status): Cell[][] {
  const units = Object.values(status.applications)
    .flatMap(application => Object.entries(application.units ?? {}))
    .sort(([a], [b]) => naturally(a, b));
  if (units.length === 0) return [];
  return [
    ['Unit', 'Workload', 'Agent', 'Machine', 'Public address', 'Ports', 'Message'],
    ...units.flatMap(([name, unit]) => [unitRow(name, unit, ''), ...subordinateRows(unit)]),
  ];
}

function subordinateRows(unit: UnitInfo): Cell[][] {
  return Object.entries(unit.subordinates ?? {})
    .sort(([a], [b]) => naturally(a, b))
    .map(([name, subordinate]) => unitRow(name, subordinate, '  '));
}

function unitRow(name: string, unit: UnitInfo, indent: string): Cell[] {
  const doing = hookIn(unit);
  const message = [doing, unit['workload-status'].message ?? ''].filter(part => part !== '').join(' ');
  return [
    `${indent}${name}${unit.leader ? '*' : ''}`,
    coloured(unit['workload-status'].current),
    coloured(unit['juju-status'].current),
    unit.machine ?? '',
    unit['public-address'] ?? '',
    groupPorts(unit['open-ports'] ?? []),
    cut(message, 120),
  ];
}

/** "(config-changed)" while the unit's agent runs a hook or an action. */
function hookIn(unit: UnitInfo): string {
  if (unit['juju-status'].current !== 'executing') return '';
  const [, action, hook] = /^running (?:action (\S+)|(\S+) hook)/.exec(unit['juju-status'].message ?? '') ?? [];
  const name = action ?? hook;
  return name === undefined ? '' : `(${name})`;
}

/** "2", or "1/2" when some of the units shown are not at work yet. */
function scaleOf(status: Status, name: string, application: ApplicationInfo): string {
  const own = Object.values(application.units ?? {});
  const subordinates = Object.values(status.applications)
    .flatMap(one => Object.values(one.units ?? {}))
    .flatMap(unit => Object.entries(unit.subordinates ?? {}))
    .filter(([unit]) => unit.startsWith(`${name}/`))
    .map(([, unit]) => unit);
  const units = [...own, ...subordinates];
  const working = units.filter(unit => ['idle', 'executing'].includes(unit['juju-status'].current)).length;
  return working === units.length ? String(units.length) : `${working}/${units.length}`;
}

function integrationTable(integrations: readonly IntegrationLine[]): Cell[][] {
  if (integrations.length === 0) return [];
  return [
    ['Integration provider', 'Requirer', 'Interface', 'Type', 'Message'],
    ...integrations.map(line => [line.provider, line.requirer, line.interface, line.type, line.message]),
  ];
}

function storageTable(status: Status): Cell[][] {
  const rows = storageRows(status.storage, true);
  if (rows.length === 0) return [];
  return [['Storage Unit', 'Storage ID', 'Type', 'Pool', 'Mountpoint', 'Size', 'Status', 'Message'], ...rows];
}

function cut(text: string, length: number): string {
  const line = text.split('\n')[0] ?? '';
  return [...line].length > length ? `${[...line].slice(0, length - 3).join('')}...` : line;
}

function coloured(word: string): Cell {
  if (['active', 'idle', 'started', 'running', 'attached'].includes(word)) return { text: word, colour: 'green' };
  if (['error', 'blocked', 'lost', 'failed', 'down'].includes(word)) return { text: word, colour: 'red' };
  if (['waiting', 'maintenance', 'executing', 'allocating', 'rebooting', 'pending'].includes(word)) return { text: word, colour: 'yellow' };
  return word;
}
