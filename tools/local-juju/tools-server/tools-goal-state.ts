// goal-state.
import type { GoValue } from '../format/json.ts';
import type { Unit } from '../state.ts';
import { noMore } from './flags.ts';
import { ownEndpoint, relationsOf, remoteApplicationOf } from './relations.ts';
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

const unitsOf = ({ model }: Running, application: string): Record<string, GoValue> =>
  Object.fromEntries(
    Object.values(model.units)
      .filter(unit => unit.application === application)
      .map(unit => [unit.name, entry(statusOf(unit), unit.workload.since)]),
  );

const statusOf = (unit: Unit): string => (unit.life === 'alive' ? (unit.agentError ? 'error' : unit.workload.current) : 'dying');

/** By own endpoint: each related application and its units. Peers are not among them. */
const relatedOf = (running: Running): Record<string, GoValue> => {
  const found: Record<string, Record<string, GoValue>> = {};
  for (const relation of relationsOf(running)) {
    if (relation.endpoints.length === 1) continue;
    const application = remoteApplicationOf(running, relation);
    const related = {
      [application]: entry(relation.life === 'alive' ? 'joined' : 'dying', relation.created),
      ...unitsOf(running, application),
    };
    const { name } = ownEndpoint(running, relation);
    found[name] = { ...found[name], ...related };
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
