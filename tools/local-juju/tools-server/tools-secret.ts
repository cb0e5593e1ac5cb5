// secret-add, secret-set, secret-get, secret-info-get, secret-ids, secret-grant, secret-revoke, secret-remove.
import type { GoValue } from '../format/json.ts';
import { newSecretId } from '../secret-values.ts';
import type { Relation, Secret, SecretGrant, Values } from '../state.ts';
import { ToolError, UsageError } from './errors.ts';
import { type Flags, noMore, parseInteger } from './flags.ts';
import { relationFlag, relationOrNone, remoteApplicationOf } from './relations.ts';
import { applicationOfUnit, isApplicationName, isLeader, isUnitName, notLeader, type Running } from './running.ts';
import { readContent, readDetails } from './secret-content.ts';
import {
  byId,
  byLabel,
  checkReadable,
  contentOf,
  type Found,
  isRemoved,
  managedIds,
  manages,
  ownerLabel,
  parseSecretId,
} from './secrets-view.ts';
import type { Call, Tool } from './tool.ts';

const detailFlags: Flags = {
  label: { about: 'a label used to identify the secret in hooks' },
  description: { about: 'the secret description' },
  expire: { about: 'either a duration or time when the secret should expire' },
  rotate: { about: 'the secret rotation policy' },
  file: { about: 'a YAML file containing secret key values' },
  owner: { about: 'the owner of the secret, either the application or unit' },
};

const secretAdd: Tool = {
  summary: 'add a new secret',
  usage: '[options] [key[#base64|#file]=value...]',
  flags: detailFlags,
  run: async call => {
    const { running } = call;
    const owner = ownerOf(call);
    const details = readDetails(call, running.host.now());
    if (call.words.length === 0 && !call.flags.file) throw new UsageError('missing secret value or filename');
    const content = await readContent(call, call.words);
    if (owner.kind === 'application' && !isLeader(running)) throw new ToolError(notLeader);
    if (details.label !== undefined) refuseLabelOfThisHook(running, details.label);
    const id = newSecretId();
    running.pending.secrets.creates.set(id, { ...details, id, owner, content });
    return { text: `secret://${running.model.uuid}/${id}\n` };
  },
};

const ownerOf = ({ flags, running }: Call): Secret['owner'] => {
  const owner = flags.owner ?? 'application';
  if (owner === 'application') return { kind: 'application', name: running.applicationName };
  if (owner === 'unit') return { kind: 'unit', name: running.unitName };
  throw new UsageError(`secret owner ${JSON.stringify(owner)} not valid`);
};

/** Labels of earlier hooks are compared when this one ends; those of this hook, and of what the unit can see, at once. */
const refuseLabelOfThisHook = (running: Running, label: string): void => {
  const taken = [...running.pending.secrets.creates.values()].some(create => create.label === label && !isRemoved(running, create.id));
  if (taken) throw new ToolError(`secret with label ${JSON.stringify(label)} already exists`);
};

const secretSet: Tool = {
  summary: 'update an existing secret',
  usage: '[options] <ID> [key[#base64]=value...]',
  flags: detailFlags,
  run: async call => {
    const { running, words } = call;
    if (words[0] === undefined) throw new UsageError('missing secret URI');
    const id = parseSecretId(words[0]);
    const details = readDetails(call, running.host.now());
    const content = await readContent(call, words.slice(1));
    const change = { ...details, ...(Object.keys(content).length > 0 ? { content } : {}) };
    const create = running.pending.secrets.creates.get(id);
    if (create) Object.assign(create, change);
    else if (byId(running, id) === undefined) throw new ToolError(`secret "${id}" not found`);
    else running.pending.secrets.updates.set(id, { ...running.pending.secrets.updates.get(id), ...change });
    return undefined;
  },
};

const secretGet: Tool = {
  summary: 'get the content of a secret',
  usage: '[options] <ID> [key[#base64]]',
  output: 'yaml',
  flags: {
    label: { about: 'a label used to identify the secret in hooks' },
    peek: { boolean: true, about: 'get the latest revision just this time' },
    refresh: { boolean: true, about: 'get the latest revision and also get this same revision for subsequent calls' },
  },
  run: ({ running, words, flags }) => {
    const label = typeof flags.label === 'string' ? flags.label : '';
    if (words[0] === undefined && label === '') throw new UsageError('require either a secret URI or label');
    if (flags.peek && flags.refresh) throw new UsageError('specify one of --peek or --refresh but not both');
    const id = words[0] === undefined ? undefined : parseSecretId(words[0]);
    noMore(words.slice(2));
    const content = read(running, id, label, { peek: flags.peek === true, refresh: flags.refresh === true });
    return { value: words[1] === undefined ? decoded(content) : oneValue(content, words[1]) };
  },
};

/** Reads what the id or label names; gives the label to what the id names, and remembers which revision the unit follows. */
function read(running: Running, id: string | undefined, label: string, how: { peek: boolean; refresh: boolean }): Values {
  const found = id === undefined ? byLabel(running, label) : byId(running, id);
  if (found === undefined || (id !== undefined && isRemoved(running, id))) {
    throw new ToolError(id === undefined ? `consumer label ${JSON.stringify(label)} not found` : `secret "secret:${id}" not found`);
  }
  if ('pending' in found) {
    if (id !== undefined && label !== '') found.pending.label = label;
    return found.pending.content;
  }
  const secret = found.stored;
  checkReadable(running, secret);
  if (id !== undefined && label !== '') giveLabel(running, secret, label);
  const newest = how.peek || how.refresh;
  const content = contentOf(running, secret, newest);
  if (!how.peek) follow(running, secret, how.refresh);
  return content;
}

function giveLabel(running: Running, secret: Secret, label: string): void {
  if (manages(running, secret.owner)) secret.label = label;
  else if (secret.owner.kind !== 'application' || secret.owner.name !== running.applicationName) {
    for (const other of Object.values(running.model.secrets)) {
      const consumer = other.consumers[running.unitName];
      if (other !== secret && consumer?.label === label) consumer.label = '';
    }
    secret.consumers[running.unitName] = { tracked: secret.latest, ...secret.consumers[running.unitName], label };
  } else return;
  running.host.changed();
}

/** The revision is followed from now on, whatever becomes of the hook; one that waits for the hook's end, from then on. */
function follow(running: Running, secret: Secret, refresh: boolean): void {
  const known = secret.consumers[running.unitName];
  if (refresh && running.pending.secrets.updates.get(secret.id)?.content) running.pending.secrets.trackLatest.add(secret.id);
  if (known !== undefined && (!refresh || known.tracked === secret.latest)) return;
  secret.consumers[running.unitName] = { label: known?.label ?? '', tracked: secret.latest };
  running.host.changed();
}

const decoded = (content: Values): GoValue => Object.fromEntries(Object.entries(content).map(([key, value]) => [key, textOf(value)]));

const textOf = (base64: string): GoValue => Buffer.from(base64, 'base64').toString();

function oneValue(content: Values, word: string): GoValue {
  const [key = '', form] = word.split('#');
  const value = Object.hasOwn(content, key) ? content[key] : undefined;
  if (value === undefined) throw new ToolError(`secret key value ${JSON.stringify(key)} not found`);
  return form === 'base64' ? value : textOf(value);
}

const secretInfoGet: Tool = {
  summary: "get a secret's metadata info",
  usage: '[options] <ID>',
  output: 'yaml',
  flags: { label: { about: 'a label used to identify the secret' } },
  run: ({ running, words, flags }) => {
    const label = typeof flags.label === 'string' ? flags.label : '';
    if (words[0] === undefined && label === '') throw new UsageError('require either a secret URI or label');
    if (words[0] !== undefined && label !== '') throw new UsageError('specify either a secret URI or label but not both');
    const id = words[0] === undefined ? undefined : parseSecretId(words[0]);
    noMore(words.slice(1));
    const found = id === undefined ? byLabel(running, label) : byId(running, id);
    const info = found && infoOf(running, found);
    if (info === undefined) throw new ToolError(`secret ${JSON.stringify(id ?? label)} not found`);
    return { value: info };
  },
};

function infoOf(running: Running, found: Found): GoValue | undefined {
  const owner = 'pending' in found ? found.pending.owner : found.stored.owner;
  const id = 'pending' in found ? found.pending.id : found.stored.id;
  if (!manages(running, owner) || isRemoved(running, id)) return undefined;
  const info = new Map<string, GoValue>();
  if ('pending' in found) {
    const { label, description, rotate, expires } = found.pending;
    info
      .set('revision', 1)
      .set('label', label)
      .set('owner', owner.kind)
      .set('description', description)
      .set('rotation', rotate ?? 'never');
    info.set('expiry', timeOf(expires));
  } else {
    const { stored } = found;
    const update = running.pending.secrets.updates.get(id);
    const isNew = update?.content !== undefined && !sameContent(update.content, contentOf(running, { ...stored, consumers: {} }, false));
    info
      .set('revision', isNew ? stored.latest + 1 : stored.latest)
      .set('label', ownerLabel(running, stored) || undefined)
      .set('owner', owner.kind);
    info.set('description', (update?.description ?? stored.description) || undefined).set('rotation', update?.rotate ?? stored.rotate);
    info.set('expiry', timeOf(update?.expires ?? stored.expires)).set('rotates', timeOf(stored.nextRotate));
    if (stored.grants.length > 0)
      info.set(
        'access',
        stored.grants.map(grant => accessOf(running, grant)),
      );
  }
  return new Map<string, GoValue>([[id, new Map([...info].filter(([, value]) => value !== undefined))]]);
}

const timeOf = (time: string | undefined): GoValue | undefined => (time === undefined ? undefined : new Date(time));

const sameContent = (a: Values, b: Values): boolean => {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every(key => a[key] === b[key]);
};

function accessOf({ model }: Running, grant: SecretGrant): GoValue {
  const relation = grant.relation === undefined ? undefined : model.relations[grant.relation];
  const scope = relation === undefined ? `model-${model.uuid}` : `relation-${relation.key.replaceAll(':', '.').replace(' ', '#')}`;
  return new Map([
    ['target', `${grant.kind}-${grant.name.replaceAll('/', '-')}`],
    ['scope', scope],
    ['role', 'view'],
  ]);
}

const secretIds: Tool = {
  summary: 'print secret IDs',
  usage: '[options]',
  output: 'smart',
  run: ({ running, words }) => {
    noMore(words);
    const ids = managedIds(running);
    return { value: ids.length === 0 ? null : ids };
  },
};

const secretGrant: Tool = {
  summary: 'grant access to a secret',
  usage: '[options] <ID>',
  flags: { relation: relationFlag, unit: { also: ['u'], about: 'the unit to grant access' } },
  run: call => {
    const { running, words } = call;
    if (words[0] === undefined) throw new UsageError('missing secret URI');
    const id = parseSecretId(words[0]);
    const relation = relationOrNone(call);
    if (relation === undefined) throw new UsageError('no relation id specified');
    const remote = remoteApplicationOf(running, relation);
    const unit = unitFlag(call, remote);
    noMore(words.slice(1));
    const found = byId(running, id);
    if (found === undefined || !manages(running, 'pending' in found ? found.pending.owner : found.stored.owner))
      throw new ToolError(`secret "${id}" not found`);
    const grant: SecretGrant =
      unit === undefined
        ? { kind: 'application', name: remote, relation: relation.id }
        : { kind: 'unit', name: unit, relation: relation.id };
    if (grant.kind === 'application' && hasUnitGrant(running, found, id, remote)) {
      throw new ToolError('any unit level grants need to be revoked before granting access to the corresponding application');
    }
    running.pending.secrets.grants.push({ id, grant });
    return undefined;
  },
};

const unitFlag = ({ flags }: Call, application: string): string | undefined => {
  const { unit } = flags;
  if (typeof unit !== 'string' || unit === '') return undefined;
  if (!isUnitName(unit)) throw new UsageError(`unit ${JSON.stringify(unit)} not valid`);
  if (applicationOfUnit(unit) !== application)
    throw new UsageError(`cannot specify unit ${JSON.stringify(unit)} in relation to application ${JSON.stringify(application)}`);
  return unit;
};

const hasUnitGrant = (running: Running, found: Found, id: string, application: string): boolean =>
  [
    ...('stored' in found ? found.stored.grants : []),
    ...running.pending.secrets.grants.filter(one => one.id === id).map(one => one.grant),
  ].some(grant => grant.kind === 'unit' && applicationOfUnit(grant.name) === application);

const secretRevoke: Tool = {
  summary: 'revoke access to a secret',
  usage: '[options] <ID>',
  flags: {
    relation: relationFlag,
    app: { also: ['application'], about: 'the application to revoke access' },
    unit: { also: ['u'], about: 'the unit to revoke access' },
  },
  run: call => {
    const { running, words, flags } = call;
    if (words[0] === undefined) throw new UsageError('missing secret URI');
    const id = parseSecretId(words[0]);
    if (flags.relation && flags.app) throw new UsageError('do not specify both relation and app');
    const subject = revokeSubject(call, flags.app ? undefined : relationOrNone(call));
    noMore(words.slice(1));
    if (byId(running, id) === undefined) throw new ToolError(`secret "${id}" not found`);
    running.pending.secrets.revokes.push({ id, subject });
    return undefined;
  },
};

function revokeSubject(call: Call, relation: Relation | undefined): { kind: SecretGrant['kind']; name: string } {
  const { app, unit } = call.flags;
  const remote = relation && remoteApplicationOf(call.running, relation);
  if (typeof unit === 'string' && unit !== '') {
    if (!isUnitName(unit)) throw new UsageError(`unit ${JSON.stringify(unit)} not valid`);
    if (call.flags.relation && remote !== undefined) unitFlag(call, remote);
    return { kind: 'unit', name: unit };
  }
  if (typeof app === 'string' && app !== '') {
    if (!isApplicationName(app)) throw new UsageError(`application ${JSON.stringify(app)} not valid`);
    return { kind: 'application', name: app };
  }
  if (remote === undefined) throw new UsageError('missing relation or application or unit');
  return { kind: 'application', name: remote };
}

const secretRemove: Tool = {
  summary: 'remove an existing secret',
  usage: '[options] <ID>',
  flags: { revision: { also: ['r'], check: value => void parseInteger(value), about: 'remove the specified revision' } },
  run: ({ running, words, flags }) => {
    if (words[0] === undefined) throw new UsageError('missing secret URI');
    const id = parseSecretId(words[0]);
    noMore(words.slice(1));
    if (byId(running, id) === undefined) throw new ToolError(`secret "${id}" not found`);
    const revision = typeof flags.revision === 'string' ? parseInteger(flags.revision) : undefined;
    if (running.pending.secrets.creates.has(id) && (revision === undefined || revision === 1)) running.pending.secrets.creates.delete(id);
    else running.pending.secrets.removes.push({ id, ...(revision === undefined ? {} : { revision }) });
    return undefined;
  },
};

export const secretTools: Readonly<Record<string, Tool>> = {
  'secret-add': secretAdd,
  'secret-set': secretSet,
  'secret-get': secretGet,
  'secret-info-get': secretInfoGet,
  'secret-ids': secretIds,
  'secret-grant': secretGrant,
  'secret-revoke': secretRevoke,
  'secret-remove': secretRemove,
};
