// `juju wait-for`: returns when a goal is reached.
import { JujuError, type LiveModel } from '../../contract.ts';
import { bareModelName } from '../model-name.ts';
import type { Call, CommandSpec } from '../spec.ts';
import { durationMs } from '../text/times.ts';
import { waitFor as waitUntil } from '../waiting.ts';
import { holds, parseQuery } from './language.ts';
import { type Entity, scopeOf } from './scopes.ts';

const goals: Record<Entity, string> = {
  model: 'life=="alive" && status=="available"',
  application: 'life=="alive" && status=="active"',
  unit: 'life=="alive" && workload-status=="active"',
  machine: 'life=="alive" && status=="started"',
};

export const waitFor: CommandSpec = {
  name: 'wait-for',
  summary: 'Waits until a model, application, unit or machine has reached a goal',
  usage: 'model|application|unit|machine <name>',
  most: 2,
  details: `The goal is a query of comparisons (== != < <= > >=), && || ! and parentheses, and the functions len, startsWith, endsWith, forEach, all and any:
    forEach(units, unit => unit.workload-status == "active" && startsWith(unit.name, "mongodb"))
Without --query an application or unit has to be alive and active, a model available, a machine started.
What may be named: of an application ${'name, life, status, status-message, exposed, charm-url, workload-version, leader, units, machines'};
of a unit name, life, workload-status, workload-message, agent-status, machine-id, public-address, leader, subordinate; of a machine id, life, status, address.`,
  examples: [
    'juju wait-for application mongodb',
    `juju wait-for application mongodb --query='len(units) == 3 && status == "active"' --timeout 5m`,
    `juju wait-for model try --query='forEach(applications, app => app.status == "active")'`,
  ],
  flags: [
    { names: ['query'], value: 'query', help: 'The goal' },
    { names: ['timeout'], value: 'duration', initial: '10m0s', help: 'How long to wait' },
    { names: ['summary'], initial: 'true', help: 'Say at the end what was reached' },
  ],
  async run(call) {
    const [entity, name] = call.args;
    if (entity === undefined || !(entity in goals))
      throw new JujuError(
        `cannot wait for ${entity === undefined ? 'nothing' : `"${entity}"`}: use model, application, unit or machine`,
        2,
      );
    const kind = entity as Entity;
    if (name === undefined && kind !== 'model')
      throw new JujuError(
        `${kind} name must be supplied when waiting for ${kind === 'machine' ? 'a machine' : kind === 'unit' ? 'a unit' : 'an application'}`,
        2,
      );
    const text = call.flags.text('timeout') ?? '10m0s';
    const timeoutMs = durationMs(text);
    if (timeoutMs === undefined) throw new JujuError(`invalid value "${text}" for option --timeout: time: invalid duration "${text}"`, 2);
    const live = kind === 'model' && name !== undefined ? call.controller.model(bareModelName(name)) : call.model();
    return untilGoal(call, live, kind, name ?? live.state.name, timeoutMs);
  },
};

async function untilGoal(call: Call, live: LiveModel, kind: Entity, name: string, timeoutMs: number): Promise<number> {
  const goal = call.flags.text('query') ?? goals[kind];
  const query = parseQuery(goal);
  const outcome = await waitUntil(live, call.console.gone, timeoutMs, () => {
    const scope = scopeOf(live.state, kind, name);
    return scope !== undefined && holds(query, scope);
  });
  if (outcome === 'gone') return 1;
  const scope = scopeOf(live.state, kind, name);
  if (call.flags.text('summary') !== 'false' && scope) call.console.err(summary(kind, name, scope));
  if (outcome === 'timeout')
    throw new JujuError(
      scope ? `timed out waiting for "${name}" to reach goal state` : `timed out waiting for "${name}": it is not in the model`,
    );
  return 0;
}

function summary(kind: Entity, name: string, scope: Readonly<Record<string, unknown>>): string {
  const facts = Object.entries(scope)
    .filter(([, value]) => typeof value !== 'object' && value !== '')
    .map(([key, value]) => `  ${key}: ${value}\n`);
  return `${kind} "${name}" is now\n${facts.join('')}`;
}
