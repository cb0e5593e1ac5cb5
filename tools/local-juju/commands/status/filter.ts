// Which units, applications and machines `juju status <pattern>…` shows.
import type { Application, Machine, Model, Unit } from '../../state.ts';
import { globMatches } from '../text/glob.ts';
import { applicationStatus, unitStatus } from './application-status.ts';

export type Selection = { applications: Set<string>; units: Set<string>; machines: Set<string> };

const workloadWords = ['error', 'blocked', 'maintenance', 'waiting', 'active', 'unknown', 'terminated'];
const agentWords = ['allocating', 'executing', 'idle', 'lost', 'rebooting', 'failed'];

/**
 * Selects what matches any of the patterns: names of units, applications (with * and ?), machines, words of status, `exposed`, ports
 * and addresses. A unit brings its subordinates or its principal, its application and its machine with it. No pattern selects all.
 */
export function selectFor(model: Model, patterns: readonly string[]): Selection {
  const units = Object.values(model.units);
  const all = patterns.length === 0;
  const direct = new Set(units.filter(unit => all || patterns.some(pattern => unitMatches(model, unit, pattern))).map(unit => unit.name));
  const chosen = new Set(
    units
      .filter(unit => direct.has(unit.name) || (unit.principal !== undefined && direct.has(unit.principal)))
      .concat(units.filter(unit => units.some(sub => sub.principal === unit.name && direct.has(sub.name))))
      .map(unit => unit.name),
  );
  const applications = Object.values(model.applications).filter(
    application =>
      all ||
      patterns.some(pattern => applicationMatches(model, application, pattern)) ||
      units.some(unit => unit.application === application.name && chosen.has(unit.name)),
  );
  const machines = Object.values(model.machines).filter(
    machine =>
      all ||
      patterns.some(pattern => machineMatches(machine, pattern)) ||
      units.some(unit => chosen.has(unit.name) && unit.machine === machine.id),
  );
  return { applications: new Set(applications.map(one => one.name)), units: chosen, machines: new Set(machines.map(one => one.id)) };
}

function unitMatches(model: Model, unit: Unit, pattern: string): boolean {
  if (workloadWords.includes(pattern)) return unitStatus(unit).current === pattern;
  if (agentWords.includes(pattern)) return unit.agentStatus.current === pattern;
  const application = model.applications[unit.application];
  if (pattern === 'exposed' || pattern === 'not-exposed') return application?.exposed === (pattern === 'exposed');
  if (pattern.endsWith('/leader')) return application?.leader === unit.name && globMatches(pattern.slice(0, -7), unit.application);
  const machine = model.machines[unit.machine];
  if (machine && unit.principal === undefined && machineMatches(machine, pattern)) return true;
  if (unit.ports.some(port => portMatches(port, pattern))) return true;
  return globMatches(pattern, pattern.includes('/') ? unit.name : unit.application);
}

function applicationMatches(model: Model, application: Application, pattern: string): boolean {
  if (workloadWords.includes(pattern)) return applicationStatus(model, application).current === pattern;
  if (pattern === 'exposed' || pattern === 'not-exposed') return application.exposed === (pattern === 'exposed');
  return globMatches(pattern, application.name);
}

function machineMatches(machine: Machine, pattern: string): boolean {
  return pattern === machine.id || pattern === machine.address;
}

function portMatches(port: { from: number; to: number; protocol: string }, pattern: string): boolean {
  const [, number, protocol] = /^(\d+)(?:\/(tcp|udp))?$/.exec(pattern) ?? [];
  if (number === undefined || protocol === undefined) return false;
  return port.protocol === protocol && Number(number) >= port.from && Number(number) <= port.to;
}
