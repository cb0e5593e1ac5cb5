// get-primary: which unit is the primary. Any unit can tell.
import type { Action } from '../core/action.ts';
import type { Observed } from '../core/observed.ts';
import { unitOfMember } from '../plan/facts.ts';

export const getPrimary: Action = { answer: seen => unitOfPrimary(seen) };

function unitOfPrimary(seen: Observed): ReturnType<Action['answer']> {
  const { mongod, juju } = seen;
  if (mongod.kind !== 'member')
    return { refused: 'MongoDB on this unit is not a member of the replica set yet; try again later or ask another unit' };
  const primary = mongod.set.members.find(member => member.host === mongod.set.primary);
  if (primary === undefined)
    return { refused: 'the replica set has no primary at the moment; try again in a few seconds, and see status-detail' };
  const unit = unitOfMember(primary, juju.peers?.units ?? new Map(), mongod.set.members) ?? primary.unit ?? primary.host;
  return { effects: [], results: { 'replica-set-primary': unit } };
}
