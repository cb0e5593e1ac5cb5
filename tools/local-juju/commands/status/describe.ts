// A model as `juju status` describes it: state in, the JSON's shape out. Pure: time and zone are arguments.
import type { Application, Model, Relation, Unit } from '../../state.ts';
import { naturally } from '../text/names.ts';
import { openPorts } from '../text/ports.ts';
import { stampTime, statusTime } from '../text/times.ts';
import { cloudName, controllerName, jujuVersion, regionName } from '../version.ts';
import { describeAcrossModels } from './across-models.ts';
import { applicationStatus, unitStatus } from './application-status.ts';
import type { Selection } from './filter.ts';
import { relationStatus } from './relation-status.ts';
import type { ApplicationInfo, IntegrationLine, MachineInfo, Status, StatusInfo, UnitInfo } from './shape.ts';
import { describeStorage } from './storage.ts';

/** `hookDetail` adds to a failed relation hook's message which endpoint it was for. */
export type StatusOptions = {
  now: string;
  zone: string;
  utc: boolean;
  hookDetail: boolean;
  /** Another model, by its uuid: what is consumed of it has its status there. */
  otherModel?: (uuid: string) => Model | undefined;
};

export function describeStatus(model: Model, selection: Selection, options: StatusOptions): Status {
  const applications = sortedValues(model.applications).filter(one => selection.applications.has(one.name));
  const machines = sortedValues(model.machines).filter(one => selection.machines.has(one.id));
  return {
    model: {
      name: model.name,
      type: 'iaas',
      controller: controllerName,
      cloud: cloudName,
      region: regionName,
      version: jujuVersion,
      'model-status': {
        current: model.life === 'alive' ? 'available' : 'destroying',
        since: statusTime(model.created, options.zone, options.utc),
      },
      sla: 'unsupported',
    },
    machines: Object.fromEntries(machines.map(machine => [machine.id, describeMachine(model, machine.id, options)])),
    applications: Object.fromEntries(applications.map(one => [one.name, describeApplication(model, one, selection, options)])),
    ...describeAcrossModels(model, options),
    storage: describeStorage(model, selection, options),
    controller: { timestamp: stampTime(options.now, options.utc ? 'UTC' : options.zone) },
  };
}

/** The lines of the table of integrations, for relations that touch a selected application; by provider, then requirer. */
export function describeIntegrations(model: Model, selection: Selection): IntegrationLine[] {
  return Object.values(model.relations)
    .filter(relation => isShown(relation) && relation.endpoints.some(endpoint => selection.applications.has(endpoint.application)))
    .map(relation => integrationLine(model, relation))
    .sort((a, b) => compareText(a.provider, b.provider) || compareText(a.requirer, b.requirer));
}

function describeMachine(model: Model, id: string, options: StatusOptions): MachineInfo {
  const machine = model.machines[id]!;
  const since = statusTime(machine.created, options.zone, options.utc);
  return {
    'juju-status': { current: 'started', since, version: jujuVersion, ...(machine.life === 'alive' ? {} : { life: machine.life }) },
    'dns-name': machine.address,
    'ip-addresses': [machine.address],
    'instance-id': machine.instanceId,
    'machine-status': { current: 'running', message: 'Running', since },
    'modification-status': { current: 'idle', since },
    base: { ...machine.base },
    'network-interfaces': { lo: { 'ip-addresses': [machine.address], 'is-up': true } },
    constraints: 'arch=amd64',
    hardware: 'arch=amd64',
  };
}

function describeApplication(model: Model, application: Application, selection: Selection, options: StatusOptions): ApplicationInfo {
  const charm = model.charms[application.charm];
  const units = sortedUnits(model).filter(unit => unit.application === application.name && selection.units.has(unit.name));
  const relations = relationsOf(model, application.name);
  const hosts = Object.values(relations)
    .flat()
    .filter(relation => relation.scope === 'container')
    .map(relation => relation['related-application']);
  const version = application.version.split('\n')[0] ?? '';
  return {
    charm: application.charm,
    base: { ...application.base },
    'charm-origin': 'local',
    'charm-name': charm?.name ?? application.name,
    'charm-rev': charm?.revision ?? 0,
    ...(charm?.version === undefined ? {} : { 'charm-version': charm.version }),
    exposed: application.exposed,
    ...(application.life === 'alive' ? {} : { life: application.life }),
    'application-status': statusInfo(applicationStatus(model, application), options),
    ...(Object.keys(relations).length === 0 ? {} : { relations }),
    ...(charm?.subordinate && hosts.length > 0 ? { 'subordinate-to': [...new Set(hosts)].sort() } : {}),
    ...(charm?.subordinate || units.length === 0
      ? {}
      : { units: Object.fromEntries(units.map(unit => [unit.name, describeUnit(model, unit, selection, options)])) }),
    ...(version === '' ? {} : { version }),
    'endpoint-bindings': Object.fromEntries(
      ['', ...Object.keys(charm?.endpoints ?? {}), ...(charm?.extraBindings ?? [])].sort().map(name => [name, 'alpha']),
    ),
  };
}

/** One unit with its subordinates. */
export function describeUnit(model: Model, unit: Unit, selection: Selection, options: StatusOptions): UnitInfo {
  const ports = openPorts(unit.ports);
  const subordinates = sortedUnits(model).filter(one => one.principal === unit.name && selection.units.has(one.name));
  const address = model.machines[unit.machine]?.address;
  return {
    'workload-status': statusInfo(unitStatus(unit, options.hookDetail), options),
    'juju-status': {
      ...statusInfo(unit.agentStatus, options),
      ...(unit.agentError ? { current: 'idle' } : {}),
      version: jujuVersion,
      ...(unit.life === 'alive' ? {} : { life: unit.life }),
    },
    ...(model.applications[unit.application]?.leader === unit.name ? { leader: true as const } : {}),
    ...(unit.principal === undefined && unit.machine !== '' ? { machine: unit.machine } : {}),
    ...(ports.length === 0 ? {} : { 'open-ports': ports }),
    ...(address === undefined ? {} : { 'public-address': address }),
    ...(subordinates.length === 0
      ? {}
      : { subordinates: Object.fromEntries(subordinates.map(one => [one.name, describeUnit(model, one, selection, options)])) }),
  };
}

function statusInfo(status: { current: string; message: string; since: string }, options: StatusOptions): StatusInfo {
  return {
    current: status.current,
    ...(status.message === '' ? {} : { message: status.message }),
    since: statusTime(status.since, options.zone, options.utc),
  };
}

function relationsOf(model: Model, application: string): NonNullable<ApplicationInfo['relations']> {
  const found: NonNullable<ApplicationInfo['relations']> = {};
  for (const relation of Object.values(model.relations)) {
    relation.endpoints.forEach((endpoint, at) => {
      if (endpoint.application !== application || !isShown(relation)) return;
      const other = relation.endpoints[relation.endpoints.length - 1 - at] ?? endpoint;
      const list = found[endpoint.name] ?? [];
      list.push({ 'related-application': other.application, interface: relation.interface, scope: relation.scope });
      found[endpoint.name] = list.sort((a, b) => compareText(a['related-application'], b['related-application']));
    });
  }
  return Object.fromEntries(Object.entries(found).sort(([a], [b]) => compareText(a, b)));
}

function integrationLine(model: Model, relation: Relation): IntegrationLine {
  const requirer = relation.endpoints[0]!;
  const provider = relation.endpoints.at(-1)!;
  const subordinate = relation.endpoints.some(endpoint => model.charms[model.applications[endpoint.application]?.charm ?? '']?.subordinate);
  return {
    provider: `${provider.application}:${provider.name}`,
    requirer: `${requirer.application}:${requirer.name}`,
    interface: relation.interface,
    type: provider.role === 'peer' ? 'peer' : subordinate ? 'subordinate' : 'regular',
    message: stateOf(model, relation),
  };
}

/** In the model that makes an offer, relations with it are left to `juju offers`. */
const isShown = (relation: Relation): boolean => relation.remote?.role !== 'offering';

/** Empty once units of both sides have entered; "joining" before, as in Juju. */
function stateOf(model: Model, relation: Relation): string {
  const status = relationStatus(model, relation);
  return status === 'joined' ? '' : `${status}${relation.suspended ? `   - ${relation.suspended}` : ''}`;
}

export function sortedUnits(model: Model): Unit[] {
  return Object.values(model.units).sort((a, b) => naturally(a.name, b.name));
}

function sortedValues<Value>(values: Record<string, Value>): Value[] {
  return Object.entries(values)
    .sort(([a], [b]) => naturally(a, b))
    .map(([, value]) => value);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
