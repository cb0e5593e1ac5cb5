// goal-state.
import type { GoValue } from '../format/json.ts';
import type { Unit } from '../state.ts';
import { noMore } from './flags.ts';
import type { Running } from './running.ts';
import type { Tool } from './tool.ts';

const goalState: Tool = {
  summary: "print the status of the charm's peers and related units",
  usage: '[options]',
  output: 'yaml',
  run: ({ running, words }) => {
    noMore(words);
    return {
      value: new Map<string, GoValue>([
        ['units', unitsOf(running, running.applicationName)],
        ['relations', relatedOf(running)],
      ]),
    };
  },
};

/** Subordinates only beside the asking unit; a subordinate does not even see itself. */
const unitsOf = ({ model, unitName }: Running, application: string): Record<string, GoValue> =>
  Object.fromEntries(
    Object.values(model.units)
      .filter(unit => unit.application === application && unit.life !== 'dead')
      .filter(unit => unit.principal === undefined || unit.principal === unitName)
      .map(unit => [unit.name, entry(statusOf(unit), unit.workload.since)]),
  );

const statusOf = (unit: Unit): string => (unit.life === 'alive' ? (unit.agentError ? 'error' : unit.workload.current) : 'dying');

/** By own endpoint: each related application and its units, also before the unit has entered the relation. Peers are not among them. */
const relatedOf = (running: Running): Record<string, GoValue> => {
  const found: Record<string, Record<string, GoValue>> = {};
  for (const relation of Object.values(running.model.relations)) {
    const own = relation.endpoints.find(endpoint => endpoint.application === running.applicationName);
    const other = relation.endpoints.find(endpoint => endpoint.application !== running.applicationName);
    // Consumers of an offer are left out; where an offer is consumed, it is named by its URL and without its units.
    if (own === undefined || other === undefined || relation.remote?.role === 'offering') continue;
    const name = running.model.remoteApplications[other.application]?.url ?? other.application;
    const status = relation.suspended !== undefined ? 'suspended' : Object.keys(relation.units).length > 0 ? 'joined' : 'joining';
    const related = { [name]: entry(status, relation.created), ...unitsOf(running, other.application) };
    found[own.name] = { ...found[own.name], ...related };
  }
  return found;
};

/** `2026-11-23 08:06:15Z`. */
const entry = (status: string, since: string): GoValue =>
  new Map([
    ['status', status],
    ['since', `${new Date(since).toISOString().slice(0, 19).replace('T', ' ')}Z`],
  ]);

export const goalStateTools: Readonly<Record<string, Tool>> = { 'goal-state': goalState };
