// `juju show-unit`: a unit with the databags it can see.
import { JujuError } from '../../contract.ts';
import type { Model, Relation, RelationEndpoint, Unit } from '../../state.ts';
import { inOrder, outputFlags, print } from '../output.ts';
import type { CommandSpec } from '../spec.ts';
import { isUnitName, naturally } from '../text/names.ts';
import { openPorts } from '../text/ports.ts';

type Filter = { endpoint?: string; relatedUnit?: string; applicationOnly: boolean };

export const showUnit: CommandSpec = {
  name: 'show-unit',
  summary: 'Shows units and the data of their relations',
  usage: '<unit> [<unit> …]',
  details:
    'For each relation: the data of the other application (of the own one in a peer relation), of the unit itself and of each unit over there.',
  examples: ['juju show-unit mongodb/0', 'juju show-unit mongodb/0 --endpoint database', 'juju show-unit mongodb/0 --app --format json'],
  emptyMapOnError: true,
  flags: [
    ...outputFlags('yaml', 'yaml, json, smart'),
    { names: ['app'], help: 'Only the data of applications' },
    { names: ['endpoint'], value: 'name', help: 'Only relations of this endpoint' },
    { names: ['related-unit'], value: 'unit', help: 'Only relations with this unit' },
  ],
  run(call) {
    if (call.args.length === 0) throw new JujuError('a unit name must be supplied', 2);
    const wrong = call.args.find(name => !isUnitName(name));
    if (wrong !== undefined) throw new JujuError(`unit name "${wrong}" not valid`, 2);
    const { state } = call.model();
    const missing = call.args.find(name => !state.units[name]);
    if (missing !== undefined) throw new JujuError(`unit "${missing}" not found`);
    const endpoint = call.flags.text('endpoint');
    const relatedUnit = call.flags.text('related-unit');
    const filter: Filter = {
      applicationOnly: call.flags.on('app'),
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(relatedUnit === undefined ? {} : { relatedUnit }),
    };
    const json = call.flags.text('format') === 'json';
    print(call, 'yaml', () =>
      inOrder(Object.fromEntries(call.args.map(name => [name, describe(state, state.units[name]!, filter, json)]))),
    );
    return 0;
  },
};

function describe(model: Model, unit: Unit, filter: Filter, json: boolean): Record<string, unknown> {
  const application = model.applications[unit.application];
  const ports = openPorts(unit.ports);
  const relations = Object.values(model.relations)
    .sort((a, b) => a.id - b.id)
    .flatMap(relation => describeRelation(model, unit, relation, filter));
  return {
    ...(application?.version ? { 'workload-version': application.version } : {}),
    machine: unit.machine,
    'opened-ports': ports.length === 0 && json ? null : ports,
    'public-address': model.machines[unit.machine]?.address ?? '',
    charm: unit.agent.charm || application?.charm,
    leader: application?.leader === unit.name,
    life: unit.life,
    ...(relations.length === 0 ? {} : { 'relation-info': relations }),
  };
}

function describeRelation(model: Model, unit: Unit, relation: Relation, filter: Filter): Record<string, unknown>[] {
  const at = relation.endpoints.findIndex(endpoint => endpoint.application === unit.application);
  const own = relation.endpoints[at];
  if (own === undefined || (filter.endpoint !== undefined && own.name !== filter.endpoint)) return [];
  const other = relation.endpoints[relation.endpoints.length - 1 - at] ?? own;
  const related = relatedUnits(model, unit, relation, other);
  if (filter.relatedUnit !== undefined && !related.includes(filter.relatedUnit)) return [];
  const shown = filter.relatedUnit === undefined ? related : [filter.relatedUnit];
  const bag = relation.units[unit.name];
  return [
    {
      'relation-id': relation.id,
      endpoint: own.name,
      'related-endpoint': other.name,
      'application-data': { ...sorted(relation.applications[other.application]?.values ?? {}) },
      ...(filter.applicationOnly
        ? {}
        : {
            'local-unit': bag === undefined ? { 'in-scope': false, data: null } : { 'in-scope': bag.inScope, data: sorted(bag.values) },
            ...(shown.length === 0 ? {} : { 'related-units': Object.fromEntries(shown.map(name => [name, bagOf(relation, name)])) }),
          }),
    },
  ];
}

/** Units of the other side; in a container relation only the partner on the same machine. */
function relatedUnits(model: Model, unit: Unit, relation: Relation, other: RelationEndpoint): string[] {
  if (relation.remote !== undefined) {
    return Object.keys(relation.units)
      .filter(name => name.startsWith(`${other.application}/`))
      .sort(naturally);
  }
  return Object.values(model.units)
    .filter(one => one.application === other.application && one.name !== unit.name)
    .filter(one => relation.scope === 'global' || one.principal === unit.name || unit.principal === one.name)
    .filter(one => relation.units[one.name] !== undefined)
    .map(one => one.name)
    .sort(naturally);
}

function bagOf(relation: Relation, unit: string): Record<string, unknown> {
  const bag = relation.units[unit]!;
  return { 'in-scope': bag.inScope, data: sorted(bag.values) };
}

function sorted(values: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1)));
}
