// The hooks that are measured, and the state that each starts from.
import type { HookInfo, Model } from '../../local-juju/state.ts';
import type { Told } from './stand.ts';

/**
 * One hook of one unit. `key` names the recorded figures it is compared with, if there are any.
 * @property prepare brings model and database to where the hook starts from, before each run.
 * @property check says what is wrong with what the hook did; a figure of a hook that did something else is worth nothing.
 */
export type Scenario = {
  key: string;
  name: string;
  unit: string;
  hook: HookInfo;
  prepare?(model: Model): Promise<void>;
  check(told: Told, model: Model): string | undefined;
};

export const scenariosOf = (model: Model): Scenario[] => {
  const leader = leaderOf(model, 'mongodb');
  return [
    { key: 'update-status', name: 'update-status, nothing to do', unit: leader, hook: lifecycle('update-status'), check: didNothing },
  ];
};

export const leaderOf = (model: Model, application: string): string => {
  const leader = model.applications[application]?.leader;
  if (leader === undefined) throw new Error(`${application} has no leader`);
  return leader;
};

export const lifecycle = (name: string): HookInfo => ({ name, kind: 'lifecycle' });

/** The charm says in its one line of log what it did. */
const didNothing = ({ log }: Told): string | undefined =>
  log.some(line => line.includes('nothing to do')) ? undefined : `it did something: ${log.join('; ')}`;
