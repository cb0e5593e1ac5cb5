// Every status that an operator can see: level, text, and what to do about it.
// The texts `Primary`, empty, `Member …` and `Waiting for MongoDB to start` are known to clients and operators from the charm before this one.

export type Level = 'active' | 'waiting' | 'maintenance' | 'blocked';
export type Status = { readonly level: Level; readonly message: string };

const active = (message: string): Status => ({ level: 'active', message });
const waiting = (message: string): Status => ({ level: 'waiting', message });
const maintenance = (message: string): Status => ({ level: 'maintenance', message });
const blocked = (message: string): Status => ({ level: 'blocked', message });

export const status = {
  primary: active('Primary'),
  ready: active(''),
  starting: waiting('Waiting for MongoDB to start'),
  startingMongod: maintenance('starting MongoDB'),
  installing: maintenance('installing MongoDB'),
  noPeers: waiting('waiting for the peer relation'),
  noSecret: waiting('waiting for the leader to make the passwords'),
  noInitiator: waiting('waiting for the leader to initialise the replica set'),
  initiating: maintenance('initialising the replica set'),
  dataGone: blocked('the data of every member is gone; bring its storage back, or remove the application and deploy it anew'),
  beingAdded: waiting('Member being added..'),
  syncing: waiting('Member is syncing...'),
  removing: waiting('Member is removing...'),
  noPrimary: waiting('waiting for a primary to be elected'),
  down: (units: readonly string[]): Status => waiting(`waiting for ${units.join(', ')} to come back`),
  usersWait: waiting('waiting for the users of MongoDB'),
  restart: waiting('waiting for its turn to restart'),
  leaving: maintenance('leaving the replica set'),
  otherState: (text: string): Status => waiting(`member is in state ${text}; see its log`),
  locked: (reason: string): Status => blocked(`MongoDB refuses the charm's users and key file: ${reason}; run status-detail`),
  badConfig: (problem: string): Status => blocked(`config ${problem}; set it with juju config`),
  badClient: (client: string, problem: string): Status => blocked(`${client}: ${problem}`),
  tooManyMembers: (limit: number): Status => blocked(`a replica set has at most ${limit} members; remove units`),
} as const;

const WEIGHT: Record<Level, number> = { blocked: 3, maintenance: 2, waiting: 1, active: 0 };

/** The one status to show: the worst, and of equals the first. A text says more than none. */
export function worst(candidates: readonly Status[]): Status {
  const first = candidates[0] ?? status.ready;
  return candidates.reduce((shown, next) => {
    if (WEIGHT[next.level] !== WEIGHT[shown.level]) return WEIGHT[next.level] > WEIGHT[shown.level] ? next : shown;
    return shown.message === '' && next.message !== '' ? next : shown;
  }, first);
}

export const sameStatus = (a: Status | undefined, b: Status): boolean => a?.level === b.level && a.message === b.message;
