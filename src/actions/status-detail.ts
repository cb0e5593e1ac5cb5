// status-detail: every member as Juju, the replica set and the member itself see it, what clients ask for in vain, and what
// is to be done, as a table and as JSON.
import type { Action, View } from '../core/action.ts';
import { addressOf, hostOf, RUNNING_CONFIG, VERSION } from '../core/bags.ts';
import type { Observed } from '../core/observed.ts';
import { oneLine } from '../core/text.ts';
import { clientProblems } from '../plan/clients.ts';
import { inUnitOrder, unitOfMember } from '../plan/facts.ts';
import { wantedConfig } from '../plan/wanted-config.ts';

/** What is shown of a client's problem, in which there may be the client's own words. */
const LONGEST = 1_000;

type Row = {
  readonly unit: string;
  readonly address: string;
  /** What this unit sees of the member. */
  readonly state: string;
  readonly votes: string;
  /** What the member says of itself, and which unit it takes for the primary. */
  readonly says: string;
  readonly primary: string;
  readonly version: string;
  readonly config: string;
};

/** `toDo` says what the charm would do next; it comes from the same planners as in a hook. */
export const statusDetail = (
  toDo: (seen: Observed) => { readonly unit: readonly string[]; readonly effects: readonly string[] },
): Action => ({
  asksMembers: true,
  answer: (seen, _params, views) => {
    const rows = rowsOf(seen, views);
    const { unit, effects } = toDo(seen);
    const next = [...unit, ...effects.map(effect => `the charm will: ${effect}`)];
    const clients = clientProblems(seen).map(({ client: { app, id, requestId }, problem: { problem } }) => ({
      application: app,
      relation: id,
      ...(requestId === undefined ? {} : { request: requestId }),
      problem: oneLine(problem, LONGEST),
    }));
    const refused = refusedLogins(seen, views);
    const about = { unit: seen.context.unit, leader: seen.juju.leader, 'replica-set': seen.context.app };
    const detail = { ...about, members: rows, clients, 'refused-logins': refused, 'to-do': next };
    const todo = next.length === 0 ? ['nothing is to be done'] : next;
    const said = [
      ...clients.map(({ application, relation, problem }) => `client ${application} (relation ${relation}): ${problem}`),
      ...refused.map(
        ({ user, address, networks }) =>
          `user ${user} was refused from ${address}: it may log in from ${networks.join(', ')}; see client-networks`,
      ),
    ];
    return { effects: [], results: { table: [...table(rows), '', ...said, ...todo].join('\n'), json: JSON.stringify(detail) } };
  },
});

/** Those of clients' users that MongoDB refused because of where they came from, and that it would refuse again. */
function refusedLogins({ mongod }: Observed, views: readonly View[]) {
  const users = mongod.kind === 'member' ? mongod.primary?.users : undefined;
  const all = new Map(views.flatMap(({ refused = [] }) => refused.map(one => [`${one.user} ${one.address}`, one] as const)));
  return [...all.values()].flatMap(({ user, address }) => {
    const networks = users?.get(user)?.from;
    return networks === undefined || networks.some(network => network.startsWith(`${address}/`)) ? [] : [{ user, address, networks }];
  });
}

function rowsOf(seen: Observed, views: readonly View[]): readonly Row[] {
  const units = seen.juju.peers?.units ?? new Map();
  const set = seen.mongod.kind === 'member' || seen.mongod.kind === 'outside' ? seen.mongod.set : undefined;
  const members = inUnitOrder(set?.members ?? []);
  const wanted = wantedConfig(seen)?.hash;
  const nameOf = (host: string | undefined): string => {
    const member = members.find(one => one.host === host);
    return (member && unitOfMember(member, units, members)) ?? host ?? '-';
  };
  const row = (unit: string, host: string): Row => {
    const member = members.find(one => one.host === host) ?? members.find(one => one.unit === unit);
    const view = views.find(one => one.host === host);
    const data = units.get(unit)?.data ?? {};
    const config = data[RUNNING_CONFIG];
    return {
      unit,
      address: addressOf(host),
      state: member?.stateText ?? 'not a member',
      votes: member === undefined ? '-' : String(member.votes),
      says: view?.state ?? 'silent',
      primary: nameOf(view?.primary),
      version: data[VERSION] ?? '-',
      config: config === undefined ? '-' : config === wanted ? 'current' : 'restart due',
    };
  };
  const gone = members.filter(member => unitOfMember(member, units, members) === undefined);
  return [
    ...[...units].map(([name, { address }]) => row(name, hostOf(address))),
    ...gone.map(member =>
      member.unit === undefined ? { ...row('foreign', member.host), address: member.host } : row(member.unit, member.host),
    ),
  ];
}

function table(rows: readonly Row[]): readonly string[] {
  const columns = ['unit', 'address', 'state', 'votes', 'says', 'primary', 'version', 'config'] as const;
  const widths = columns.map(column => Math.max(column.length, ...rows.map(row => row[column].length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd();
  return [
    line(columns.map(column => column[0]?.toUpperCase() + column.slice(1))),
    ...rows.map(row => line(columns.map(column => row[column]))),
  ];
}
