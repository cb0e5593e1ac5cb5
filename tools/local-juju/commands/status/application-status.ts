// An application's status: what its leader set, or else that of its worst unit.
import type { Application, Model, StatusOf, Unit } from '../../state.ts';

const severity = ['error', 'blocked', 'maintenance', 'waiting', 'active', 'terminated', 'unknown'];

export function applicationStatus(model: Model, application: Application): StatusOf<string> {
  const units = Object.values(model.units).filter(unit => unit.application === application.name);
  const failed = units.find(unit => unit.agentError);
  if (failed) return unitStatus(failed);
  if (application.status) return application.status;
  const worst = units.map(unit => unitStatus(unit)).sort((a, b) => severity.indexOf(a.current) - severity.indexOf(b.current))[0];
  return worst ?? { current: 'unknown', message: '', since: application.created };
}

/** The workload status that is shown; `detail` adds the endpoint of a failed relation hook. */
export function unitStatus(unit: Unit, detail = false): StatusOf<string> {
  if (!unit.agentError) return unit.workload;
  const { message, suffix, since } = unit.agentError;
  return { current: 'error', message: detail ? message + suffix : message, since };
}
