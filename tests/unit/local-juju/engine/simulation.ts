// A model whose hooks all end at once, without processes: the engine's pure parts working together, so that a test can read which
// hooks each unit runs, in order.
import type { DeployRequest } from '../../../../tools/local-juju/contract.ts';
import { applyConsequences } from '../../../../tools/local-juju/engine/consequences.ts';
import { newModel } from '../../../../tools/local-juju/engine/controller.ts';
import { createApplication } from '../../../../tools/local-juju/engine/deploy.ts';
import { finishHook, prepareHook } from '../../../../tools/local-juju/engine/hook-effects.ts';
import { nextStep } from '../../../../tools/local-juju/engine/next-step.ts';
import { addressOfUnit, enterScope, scopesToEnter } from '../../../../tools/local-juju/engine/scope.ts';
import type { Charm, HookInfo, Model, Unit } from '../../../../tools/local-juju/state.ts';

export type Simulation = {
  model: Model;
  now: string;
  /** What a hook writes before it ends; an error thrown fails the hook. Keyed `prov/0 start` or `prov start`. */
  scripts: Record<string, (unit: Unit, hook: HookInfo) => void>;
  deploy(name: string, charm: Charm, request?: Partial<DeployRequest>): void;
  /** Lets every agent run until all are idle. @returns the hooks, `prov/0 install`. */
  settle(): string[];
  /** Moves time on. */
  pass(ms: number): void;
};

export const simulation = (name = 'm', number = 0): Simulation => {
  const model = newModel(name, `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`, `127.16.${number}`);
  const place = { folder: '/m', now: () => sim.now };
  const setStatus = (unit: Unit, status: string, message: string) => {
    unit.workload = { current: status as Unit['workload']['current'], message, since: sim.now };
  };

  const stepOf = (unit: Unit, log: string[]): boolean => {
    const next = nextStep(model, unit, sim.now);
    switch (next.do) {
      case 'idle':
        return false;
      case 'enter-scopes':
        for (const relation of scopesToEnter(model, unit)) enterScope(model, relation, unit, addressOfUnit(model, unit));
        return true;
      case 'charm': {
        const upgrade = unit.agent.charm !== '';
        unit.agent.charm = model.applications[unit.application]!.charm;
        if (upgrade) unit.agent.pending = { hook: { name: 'upgrade-charm', kind: 'lifecycle' }, failed: false, retries: 0 };
        return true;
      }
      case 'die':
        unit.life = 'dead';
        return true;
      case 'skip':
        finishHook(model, unit, unit.agent.pending!.hook, setStatus, sim.now, 0.5);
        return true;
      case 'task':
        log.push(`${unit.name} task ${next.task}`);
        model.tasks[next.task]!.status = 'completed';
        return true;
      case 'hook': {
        const { hook } = next;
        prepareHook(model, unit, hook, setStatus);
        try {
          (sim.scripts[`${unit.name} ${hook.name}`] ?? sim.scripts[`${unit.application} ${hook.name}`])?.(unit, hook);
        } catch {
          log.push(`${unit.name} ${wordsOf(hook)} failed`);
          unit.agent.pending = { hook, failed: true, retries: 1 };
          return true;
        }
        log.push(`${unit.name} ${wordsOf(hook)}`);
        finishHook(model, unit, hook, setStatus, sim.now, 0.5);
        return true;
      }
    }
  };

  const sim: Simulation = {
    model,
    now: '2026-01-01T00:00:00.000Z',
    scripts: {},
    deploy: (name, charm, request = {}) => {
      createApplication(model, name, charm, requestFor(charm, request), place);
    },
    settle: () => {
      const log: string[] = [];
      for (let rounds = 0; rounds < 500; rounds += 1) {
        applyConsequences(model, '/m', sim.now);
        let acted = false;
        for (const unit of Object.values(model.units)) acted = stepOf(unit, log) || acted;
        if (!acted) return log;
      }
      throw new Error(`the agents do not come to rest: ${log.slice(-10).join(', ')}`);
    },
    pass: ms => {
      sim.now = new Date(Date.parse(sim.now) + ms).toISOString();
    },
  };
  return sim;
};

/** What `juju deploy` asks for without options, and what is given besides. */
export const requestFor = (charm: Charm, request: Partial<DeployRequest> = {}): DeployRequest => ({
  source: charm.name,
  cwd: '/',
  count: 1,
  config: {},
  trust: false,
  to: [],
  storage: {},
  attachStorage: [],
  constraints: '',
  ...request,
});

/** Of one unit, without its name. */
export const hooksOf = (log: readonly string[], unit: string): string[] =>
  log.filter(line => line.startsWith(`${unit} `)).map(line => line.slice(unit.length + 1));

const wordsOf = (hook: HookInfo): string => {
  const { relation, storage, secret } = hook;
  if (relation) {
    const departing = relation.departingUnit === undefined ? '' : ` departing ${relation.departingUnit}`;
    return `${hook.name}${relation.remoteUnit === '' ? '' : ` ${relation.remoteUnit}`}${departing}`;
  }
  if (storage) return `${hook.name} ${storage.id}`;
  if (secret) return `${hook.name} ${secret.id}${secret.revision === undefined ? '' : `/${secret.revision}`}`;
  return hook.name;
};
