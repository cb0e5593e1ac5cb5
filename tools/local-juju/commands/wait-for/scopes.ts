// What a goal may speak of: the model's parts under the names of Juju's goal language. Pure.
import type { Application, Machine, Model, Unit } from '../../state.ts';
import { applicationStatus, unitStatus } from '../status/application-status.ts';
import { openPorts } from '../text/ports.ts';
import type { Scope } from './language.ts';

export type Entity = 'model' | 'application' | 'unit' | 'machine';

/** The scope of an entity; undefined as long as it is not there. */
export function scopeOf(model: Model, entity: Entity, name: string): Scope | undefined {
  if (entity === 'model') return modelScope(model);
  const application = model.applications[name];
  const unit = model.units[name];
  const machine = model.machines[name];
  if (entity === 'application')
    return application && { ...applicationScope(model, application), ...partsOf(model, one => one.application === name) };
  if (entity === 'unit') return unit && { ...unitScope(model, unit), ...partsOf(model, one => one.name === name) };
  return machine && { ...machineScope(machine), ...partsOf(model, one => one.machine === name) };
}

function modelScope(model: Model): Scope {
  return {
    name: model.name,
    uuid: model.uuid,
    life: model.life,
    status: model.life === 'alive' ? 'available' : 'destroying',
    'is-controller': false,
    config: model.config,
    applications: mapped(model.applications, one => applicationScope(model, one)),
    ...partsOf(model, () => true),
  };
}

function applicationScope(model: Model, application: Application): Scope {
  const { current, message } = applicationStatus(model, application);
  return {
    name: application.name,
    life: application.life,
    exposed: application.exposed,
    'charm-url': application.charm,
    subordinate: model.charms[application.charm]?.subordinate === true,
    status: current,
    'status-message': message,
    'workload-version': application.version,
    leader: application.leader ?? '',
  };
}

function unitScope(model: Model, unit: Unit): Scope {
  const { current, message } = unitStatus(unit);
  const address = model.machines[unit.machine]?.address ?? '';
  return {
    name: unit.name,
    application: unit.application,
    life: unit.life,
    status: current,
    'workload-status': current,
    'workload-message': message,
    'agent-status': unit.agentError ? 'idle' : unit.agentStatus.current,
    'machine-id': unit.machine,
    'public-address': address,
    'private-address': address,
    'charm-url': unit.agent.charm,
    subordinate: unit.principal !== undefined,
    principal: unit.principal ?? '',
    leader: model.applications[unit.application]?.leader === unit.name,
    'open-ports': openPorts(unit.ports),
  };
}

function machineScope(machine: Machine): Scope {
  return {
    id: machine.id,
    life: machine.life,
    status: 'started',
    'instance-id': machine.instanceId,
    'instance-status': 'running',
    address: machine.address,
    base: `${machine.base.name}@${machine.base.channel}`,
  };
}

function partsOf(model: Model, wanted: (unit: Unit) => boolean): Scope {
  const units = Object.values(model.units).filter(wanted);
  const ids = new Set(units.map(unit => unit.machine));
  return {
    units: Object.fromEntries(units.map(unit => [unit.name, unitScope(model, unit)])),
    machines: mapped(Object.fromEntries(Object.entries(model.machines).filter(([id]) => ids.has(id))), machineScope),
  };
}

function mapped<Value>(values: Record<string, Value>, make: (value: Value) => Scope): Record<string, Scope> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, make(value)]));
}
