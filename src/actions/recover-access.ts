// recover-access: a way back in where the charm may not go by itself: it takes over data that was put here from elsewhere, and gives a mongod
// that lets nobody in the key file that it should have. Users and passwords are then set right by the next hook, as always.
import type { Action, ActionAnswer } from '../core/action.ts';
import { hostOf, WAKE } from '../core/bags.ts';
import type { Effect } from '../core/effects.ts';
import type { Observed } from '../core/observed.ts';
import { stayingUnits } from '../plan/facts.ts';
import { wantedConfig } from '../plan/wanted-config.ts';

export const recoverAccess: Action = {
  answer: seen => {
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
        return takenOver(seen);
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
    effects: [{ do: 'write-files', config: config.text, keyFile: secret.keyFile }, { do: 'restart-mongod' }, ...awake(seen)],
    results: { recovered: 'MongoDB was started again with its own key file; the next hook sets the passwords right' },
  };
}

function takenOver(seen: Observed): ActionAnswer {
  const { context, juju, mongod } = seen;
  const others = [...stayingUnits(seen).keys()].filter(unit => unit !== context.unit);
  if (!juju.leader) return { refused: `only the leader takes data over; run recover-access on ${context.app}/leader` };
  if (juju.role !== 'replication')
    return { refused: 'this is a part of a sharded cluster: its data belongs with that of the other parts, and is not taken over alone' };
  if ((mongod.kind === 'outside' || mongod.kind === 'uninitialised') && mongod.primary !== undefined)
    return { refused: `the replica set of this data has a primary, ${mongod.primary.host}; the charm goes on with it by itself` };
  if (others.length > 0)
    return {
      refused: `${others.join(', ')} have data of their own, which would not fit to this; remove these units, and add them afterwards`,
    };
  const own = { set: context.app, host: hostOf(juju.address), unit: context.unit };
  const make: readonly Effect[] =
    mongod.kind === 'outside' ? [{ do: 'adopt-data', ...own }, { do: 'restart-mongod' }] : [{ do: 'initiate', ...own }];
  return {
    effects: [...make, ...awake(seen)],
    results: {
      recovered: `${context.unit} is the only member of the replica set, with the data that it has; the next hook makes the users`,
    },
  };
}

/** The leader is to look at once, and not at the next update-status. */
const awake = ({ juju, fresh }: Observed): readonly Effect[] =>
  juju.leader ? [{ do: 'set-peer-app', values: { [WAKE]: `0 ${fresh.token}` } }] : [];
