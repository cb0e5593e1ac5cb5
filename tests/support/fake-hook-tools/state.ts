// What the fake Juju knows, as a test writes it down and as it is after the hook. Nothing is rolled back on a failure.

export type Values = Record<string, string>;
export type FakeRelation = {
  id: number;
  endpoint: string;
  /** The application at the other end; the own one for a peer relation. */
  remote: string;
  units: string[];
  /** By name of unit or application. */
  bags: Record<string, Values>;
};
export type FakeSecret = { id: string; content: Values; label?: string; owned?: boolean; readable?: boolean; grantedTo?: string[] };
export type FakeState = {
  unit: string;
  leader: boolean;
  config: Record<string, unknown>;
  relations: FakeRelation[];
  secrets: FakeSecret[];
  status?: { level: string; message: string };
  action?: { results: Values; failure?: string };
};
export type FakeCall = { tool: string; args: string[]; input?: string; code: number };

/** A model of one unit, a leader without relations, to be changed by the test. */
export const fakeState = (changes: Partial<FakeState> = {}): FakeState => ({
  unit: 'data-integrator/0',
  leader: true,
  config: {},
  relations: [],
  secrets: [],
  ...changes,
});
