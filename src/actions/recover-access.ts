// recover-access: a way back in where the charm may not go by itself: it takes over data that was put here from elsewhere, and gives a mongod
// that lets nobody in the key file that it should have. Users and passwords are then set right by the next hook, as always.
import type { Action, ActionAnswer } from '../core/action.ts';
import { hostOf, RUNNING_CONFIG, WAKE } from '../core/bags.ts';
import type { Effect } from '../core/effects.ts';
import type { Observed, ReplicaSet } from '../core/observed.ts';
import { stayingUnits } from '../plan/facts.ts';
import { freeId, reconfigure } from '../plan/reconfiguration.ts';
import { timesFor } from '../plan/times.ts';
import { wantedConfig } from '../plan/wanted-config.ts';

export const recoverAccess: Action = {
  answer: (seen, params) => {
    const { mongod } = seen;
    switch (mongod.kind) {
      case 'member':
        return {
          refused:
            mongod.set.primary === undefined
              ? 'the charm is let in, but the replica set has no primary; bring its other members back, and see status-detail'
              : 'there is nothing to recover: the replica set is well, and lets the charm in',
        };
      case 'silent':
        return { refused: `MongoDB does not answer: ${mongod.reason}; see the end of its log on ${seen.context.unit}` };
      case 'locked':
        return unlocked(seen);
      default:
        return ofData(seen) ?? (mongod.kind === 'outside' ? takenOver(seen, mongod.set) : madeAnew(seen, params));
    }
  },
};

/** A mongod reads its key file at its start, and may have found another one there. */
function unlocked(seen: Observed): ActionAnswer {
  const { secret } = seen.juju;
  const config = wantedConfig(seen);
  if (secret === undefined || config === undefined)
    return { refused: 'the key file and the configuration that MongoDB should have are not known yet; see juju status' };
  return {
    effects: [{ do: 'write-files', config: config.text, keyFile: secret.keyFile }, ...RESTART, ...awake(seen)],
    results: { recovered: 'MongoDB was started again with its own key file; the next hook sets the passwords right' },
  };
}

/** Why no set is made here, if there is a reason. */
function ofData({ context, juju, mongod }: Observed): { readonly refused: string } | undefined {
  if (!juju.leader) return { refused: `only the leader takes data over; run recover-access on ${context.app}/leader` };
  if (juju.role !== 'replication')
    return { refused: 'this is a part of a sharded cluster: its data belongs with that of the other parts, and is not taken over alone' };
  if ((mongod.kind === 'outside' || mongod.kind === 'uninitialised') && mongod.primary !== undefined)
    return { refused: `the replica set of this data has a primary, ${mongod.primary.host}; the charm goes on with it by itself` };
  return undefined;
}

function takenOver(seen: Observed, set: ReplicaSet): ActionAnswer {
  const others = otherUnits(seen);
  if (others.length > 0) return { refused: notAlone(others) };
  return { effects: [...adopted(seen, set), ...awake(seen)], results: { recovered: withItsData(seen) } };
}

/** A set of the same name is configured anew by force, which mongod refuses to one of another name. */
function adopted(seen: Observed, set: ReplicaSet): readonly Effect[] {
  if (set.name !== seen.context.app) return [{ do: 'adopt-data', ...own(seen) }, ...RESTART];
  const { host, unit } = own(seen);
  return [reconfigure(set, [{ id: freeId(set), host, unit, votes: 1, priority: 1 }], { force: true, at: host })];
}

/** The data says nothing of a set, or there is none: an empty set is made only for an operator who knows that it is empty. */
function madeAnew(seen: Observed, params: unknown): ActionAnswer {
  const { context, mongod } = seen;
  if (mongod.kind !== 'uninitialised') throw new Error(`${context.unit} has a replica set`);
  const others = otherUnits(seen).filter(unit => mongod.hasData || mongod.others.get(unit) !== 'uninitialised');
  if (others.length > 0)
    return {
      refused: mongod.hasData ? notAlone(others) : `${others.join(', ')} may have the data; wait until they answer, or remove these units`,
    };
  const effects: readonly Effect[] = [{ do: 'initiate', ...own(seen), times: timesFor(seen, 1) }, ...awake(seen)];
  if (mongod.hasData) return { effects, results: { recovered: withItsData(seen) } };
  if ((params as Record<string, unknown>)['confirm-empty'] !== true)
    return {
      refused: `the disk of ${context.unit} is empty; bring the storage with the data back, or begin with an empty set: run it again with confirm-empty=true`,
    };
  return {
    effects,
    results: { recovered: `${context.unit} is the first member of a new replica set, which is empty; the next hook makes the users` },
  };
}

const own = ({ context, juju }: Observed) => ({ set: context.app, host: hostOf(juju.address), unit: context.unit });

const otherUnits = (seen: Observed): readonly string[] => [...stayingUnits(seen).keys()].filter(unit => unit !== seen.context.unit);

const notAlone = (others: readonly string[]): string =>
  `${others.join(', ')} have data of their own, which would not fit to this; remove these units, and add them afterwards`;

const withItsData = ({ context }: Observed): string =>
  `${context.unit} is the only member of the replica set, with the data that it has; the next hook makes the users`;

/** The next hook waits for a mongod of whose configuration nobody has been told. */
const RESTART: readonly Effect[] = [{ do: 'restart-mongod' }, { do: 'set-peer-unit', values: { [RUNNING_CONFIG]: '' } }];

/** The leader is to look at once, and not at the next update-status. */
const awake = ({ juju, fresh }: Observed): readonly Effect[] =>
  juju.leader ? [{ do: 'set-peer-app', values: { [WAKE]: `0 ${fresh.token}` } }] : [];
