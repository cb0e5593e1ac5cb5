// The parts of `juju status --format=json` that tests look at, and the questions they ask of it.

export type StatusJson = { applications: Record<string, ApplicationJson>; machines: Record<string, unknown> };
export type ApplicationJson = {
  charm: string;
  'application-status': StatusWord;
  units?: Record<string, UnitJson>;
  version?: string;
};
export type UnitJson = {
  'workload-status': StatusWord;
  'juju-status': StatusWord;
  leader?: boolean;
  machine?: string;
  'public-address': string;
  'open-ports'?: string[];
  subordinates?: Record<string, UnitJson>;
};
export type StatusWord = { current: string; message?: string };

/** All units of the model by name, subordinates too. */
export const allUnits = (status: StatusJson): Record<string, UnitJson> => {
  const units: Record<string, UnitJson> = {};
  for (const application of Object.values(status.applications)) {
    for (const [name, unit] of Object.entries(application.units ?? {})) Object.assign(units, { [name]: unit }, unit.subordinates);
  }
  return units;
};

export const unitsOf = (status: StatusJson, application: string): Record<string, UnitJson> =>
  Object.fromEntries(Object.entries(allUnits(status)).filter(([name]) => name.startsWith(`${application}/`)));

/** Whether no agent is at work and none is in error. */
export const settled = (status: StatusJson): boolean =>
  Object.values(allUnits(status)).every(unit => unit['juju-status'].current === 'idle' && unit['workload-status'].current !== 'error');

/** Whether the application has exactly so many units, all of them active and idle. */
export const active = (status: StatusJson, application: string, count: number): boolean => {
  const units = Object.values(unitsOf(status, application));
  return (
    units.length === count && units.every(unit => unit['workload-status'].current === 'active' && unit['juju-status'].current === 'idle')
  );
};

/** The unit that leads the application, if there is one. */
export const leaderOf = (status: StatusJson, application: string): string | undefined =>
  Object.entries(unitsOf(status, application)).find(([, unit]) => unit.leader)?.[0];
