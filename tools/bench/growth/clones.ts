// A copied model's state made larger than one computer could run: units and clients of which Juju tells, as it tells of the real ones.
import type { Model } from '../../local-juju/state.ts';
import { relationBetween } from '../hooks/states.ts';

/** Further units of an application, each like the last one; all units have met. @returns the addresses of the new ones. */
export const addUnits = (model: Model, application: string, total: number): string[] => {
  const names = unitsOf(model, application);
  const like = names.at(-1)!;
  const { machine } = model.units[like]!;
  const { address } = model.machines[machine]!;
  const peers = Object.values(model.relations).find(({ endpoints }) => endpoints.length === 1 && endpoints[0]?.application === application);
  if (peers === undefined) throw new Error(`${application} has no peer relation`);
  const added: string[] = [];
  for (let number = names.length; number < total; number += 1) {
    const name = `${application}/${number}`;
    const own = `${model.network}.${100 + number}`;
    const renamed = <Value>(value: Value): Value =>
      JSON.parse(JSON.stringify(value).replaceAll(like, name).replaceAll(address, own)) as Value;
    const machineId = String(1_000 + number);
    model.machines[machineId] = { ...renamed(model.machines[machine]!), id: machineId };
    model.units[name] = { ...renamed(model.units[like]!), machine: machineId };
    peers.units[name] = renamed(peers.units[like]!);
    added.push(own);
  }
  // A unit has met all others but itself.
  const all = unitsOf(model, application);
  for (const name of all) {
    const met = model.units[name]!.agent.relations[peers.id]!;
    const [one] = Object.values(met.members);
    for (const other of all) if (other !== name) met.members[other] ??= structuredClone(one!);
    delete met.read;
  }
  return added;
};

/** Further clients like one that there is, each with a database of its own; none has been answered. */
export const addClients = (model: Model, application: string, like: string, total: number): void => {
  const relation = relationBetween(model, application, like);
  for (let number = 1; number < total; number += 1) {
    const name = `client${number}`;
    if (model.applications[name] !== undefined) continue;
    const id = Math.max(...Object.keys(model.relations).map(Number)) + 1;
    const renamed = <Value>(value: Value): Value =>
      JSON.parse(JSON.stringify(value).replace(new RegExp(`\\b${like}\\b`, 'g'), name)) as Value;
    model.applications[name] = renamed(model.applications[like]!);
    model.units[`${name}/0`] = renamed(model.units[`${like}/0`]!);
    const copy = { ...renamed(relation), id };
    copy.applications[application]!.values = {};
    model.relations[id] = copy;
    for (const unit of unitsOf(model, application)) {
      const { relations } = model.units[unit]!.agent;
      relations[id] = renamed(relations[relation.id]!);
      delete relations[id]!.read;
    }
  }
};

const unitsOf = ({ units }: Model, application: string): string[] =>
  Object.values(units)
    .filter(unit => unit.application === application)
    .map(({ name }) => name);
