// secret-grant, secret-revoke: who else may read a secret.
import { isApplicationName, isUnitName } from '../name-patterns.ts';
import type { Relation, SecretGrant } from '../state.ts';
import { ToolError, UsageError } from './errors.ts';
import { noMore } from './flags.ts';
import { relationFlag, relationOrNone, remoteApplicationOf } from './relations.ts';
import { applicationOfUnit } from './running.ts';
import { noteGrant, noteRevoke, type RevokeSubject } from './secrets-pending.ts';
import { managed, parseSecretId } from './secrets-view.ts';
import type { Call, Tool } from './tool.ts';

const secretGrant: Tool = {
  summary: 'grant access to a secret',
  usage: '[options] <ID>',
  flags: { relation: relationFlag, unit: { about: 'the unit to grant access' } },
  run: call => {
    const { running, words } = call;
    if (words[0] === undefined) throw new UsageError('missing secret URI');
    const id = parseSecretId(words[0]);
    const relation = relationOrNone(call);
    if (relation === undefined) throw new UsageError('no relation id specified');
    const remote = remoteApplicationOf(running, relation);
    const unit = unitFlag(call);
    if (unit !== undefined && applicationOfUnit(unit) !== remote) {
      throw new UsageError(`cannot specify unit ${JSON.stringify(unit)} in relation to application ${JSON.stringify(remote)}`);
    }
    noMore(words.slice(1));
    const found = managed(running, id);
    if (found === undefined) throw new ToolError(`secret "${id}" not found`);
    const granted = 'stored' in found ? found.stored.grants.filter(grant => grant.relation === relation.id) : [];
    const grant: SecretGrant =
      unit === undefined
        ? { kind: 'application', name: remote, relation: relation.id }
        : { kind: 'unit', name: unit, relation: relation.id };
    if (granted.some(one => one.kind === 'application' || (one.kind === grant.kind && one.name === grant.name))) return undefined;
    if (grant.kind === 'application' && granted.length > 0) {
      throw new ToolError('any unit level grants need to be revoked before granting access to the corresponding application');
    }
    noteGrant(running.pending.secrets, id, relation.id, grant);
    return undefined;
  },
};

const unitFlag = ({ flags }: Call): string | undefined => {
  const { unit } = flags;
  if (typeof unit !== 'string' || unit === '') return undefined;
  if (!isUnitName(unit)) throw new UsageError(`unit ${JSON.stringify(unit)} not valid`);
  return unit;
};

const secretRevoke: Tool = {
  summary: 'revoke access to a secret',
  usage: '[options] <ID>',
  flags: {
    relation: relationFlag,
    app: { also: ['application'], about: 'the application to revoke access' },
    unit: { about: 'the unit to revoke access' },
  },
  run: call => {
    const { running, words } = call;
    if (words[0] === undefined) throw new UsageError('missing secret URI');
    const id = parseSecretId(words[0]);
    const subject = revokeSubject(call, relationOrNone(call));
    noMore(words.slice(1));
    noteRevoke(running.pending.secrets, id, subject);
    return undefined;
  },
};

/** The relation, which is the hook's without `-r`, means the application at its other side. */
const revokeSubject = (call: Call, relation: Relation | undefined): RevokeSubject => {
  const { app } = call.flags;
  const named = typeof app === 'string' && app !== '' ? app : undefined;
  if (named !== undefined && !isApplicationName(named)) throw new UsageError(`application ${JSON.stringify(named)} not valid`);
  const unit = unitFlag(call);
  if (named !== undefined && unit !== undefined) throw new UsageError('specify only one of application or unit');
  if (named !== undefined && relation !== undefined) throw new UsageError('do not specify both relation and app');
  if (unit !== undefined) return { kind: 'unit', name: unit };
  const application = named ?? (relation && remoteApplicationOf(call.running, relation));
  if (application === undefined) throw new UsageError('missing relation or application or unit');
  return { kind: 'application', name: application };
};

export const secretAccessTools: Readonly<Record<string, Tool>> = { 'secret-grant': secretGrant, 'secret-revoke': secretRevoke };
