// secret-get, secret-info-get, secret-ids. Reading changes something at once: the label that the unit gives, the revision that it follows.
import type { GoValue } from '../format/json.ts';
import type { Secret, SecretGrant, Values } from '../state.ts';
import { ToolError, UsageError } from './errors.ts';
import { noMore } from './flags.ts';
import { type Reading, readRemoteSecret, remoteSecretOf } from './remote-secrets.ts';
import type { Running } from './running.ts';
import { consumerLabelTaken, ownerLabelTaken } from './secret-labels.ts';
import {
  byId,
  byLabel,
  checkReadable,
  contentOf,
  type Found,
  managed,
  managedIds,
  manages,
  ownerLabel,
  parseSecretId,
  parseSecretUri,
} from './secrets-view.ts';
import type { Tool } from './tool.ts';

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
    const uri = words[0] === undefined ? undefined : parseSecretUri(words[0]);
    if (uri === undefined && label === '') throw new UsageError('require either a secret URI or label');
    if (flags.peek && flags.refresh) throw new UsageError('specify one of --peek or --refresh but not both');
    noMore(words.slice(2));
    const content = read(running, uri, label, { peek: flags.peek === true, refresh: flags.refresh === true });
    return { value: words[1] === undefined ? decoded(content) : oneValue(content, words[1]) };
  },
};

/** Reads what the id or label names; gives the label to what the id names, and remembers which revision the unit follows. */
const read = (running: Running, uri: ReturnType<typeof parseSecretUri> | undefined, label: string, how: Reading): Values => {
  const remote = remoteSecretOf(running, uri, label);
  if (remote) return readRemoteSecret(running, remote, label, how);
  const id = uri?.id;
  const found = id === undefined ? byLabel(running, label) : byId(running, id);
  if (found === undefined) {
    throw new ToolError(id === undefined ? `consumer label ${JSON.stringify(label)} not found` : `secret "secret:${id}" not found`);
  }
  if ('pending' in found) {
    if (id !== undefined && label !== '') found.pending.label = label;
    return found.pending.content;
  }
  const secret = found.stored;
  checkReadable(running, secret);
  if (id !== undefined && label !== '') giveLabel(running, secret, label);
  const content = contentOf(running, secret, how.peek || how.refresh);
  if (!how.peek || secret.consumers[running.unitName] === undefined) follow(running, secret, how.refresh);
  return content;
};

/** The owner renames its secret; a unit beside the leader changes nothing; all others name it for themselves. */
const giveLabel = (running: Running, secret: Secret, label: string): void => {
  const { model, unitName, applicationName } = running;
  if (manages(running, secret.owner)) {
    const taken = secret.label === label ? undefined : ownerLabelTaken(model, secret.id, secret.owner, label);
    if (taken) throw new ToolError(taken);
    secret.label = label;
  } else if (secret.owner.kind !== 'application' || secret.owner.name !== applicationName) {
    const taken = consumerLabelTaken(model, secret.id, unitName, label);
    if (taken) throw new ToolError(`getting latest secret revision: ${taken}`);
    secret.consumers[unitName] = { tracked: secret.latest, ...secret.consumers[unitName], label };
  } else return;
  running.host.changed();
};

/** The revision is followed from now on, whatever becomes of the hook; one that waits for the hook's end, from then on. */
const follow = (running: Running, secret: Secret, refresh: boolean): void => {
  const known = secret.consumers[running.unitName];
  if (refresh && running.pending.secrets.updates.get(secret.id)?.content) running.pending.secrets.trackLatest.add(secret.id);
  if (known !== undefined && (!refresh || known.tracked === secret.latest)) return;
  secret.consumers[running.unitName] = { label: known?.label ?? '', tracked: secret.latest };
  running.host.changed();
};

const decoded = (content: Values): GoValue => Object.fromEntries(Object.entries(content).map(([key, value]) => [key, bytesOf(value)]));

// As bytes, for what is no text is printed in its own manner.
const bytesOf = (base64: string): GoValue => {
  const bytes = Buffer.from(base64, 'base64');
  const text = bytes.toString();
  return Buffer.from(text).equals(bytes) ? text : bytes;
};

const oneValue = (content: Values, word: string): GoValue => {
  const isBase64 = word.endsWith('#base64');
  const key = isBase64 ? word.slice(0, -'#base64'.length) : word;
  const value = Object.hasOwn(content, key) ? content[key] : undefined;
  if (value === undefined) throw new ToolError(`secret key value ${JSON.stringify(key)} not found`);
  return isBase64 ? value : bytesOf(value);
};

const secretInfoGet: Tool = {
  summary: "get a secret's metadata info",
  usage: '[options] <ID>',
  output: 'yaml',
  flags: { label: { about: 'a label used to identify the secret' } },
  run: ({ running, words, flags }) => {
    const label = typeof flags.label === 'string' ? flags.label : '';
    const id = words[0] === undefined ? undefined : parseSecretId(words[0]);
    if (id === undefined && label === '') throw new UsageError('require either a secret URI or label');
    if (id !== undefined && label !== '') throw new UsageError('specify either a secret URI or label but not both');
    noMore(words.slice(1));
    const found = managedIds(running)
      .map(one => managed(running, one))
      .find(one => one !== undefined && (id === undefined ? labelOf(running, one) === label : idOf(one) === id));
    if (found === undefined) throw new ToolError(`secret ${JSON.stringify(id ?? label)} not found`);
    return { value: new Map([[idOf(found), infoOf(running, found)]]) };
  },
};

const idOf = (found: Found): string => ('pending' in found ? found.pending.id : found.stored.id);
const labelOf = (running: Running, found: Found): string =>
  'pending' in found ? (found.pending.label ?? '') : ownerLabel(running, found.stored);

/** With what the hook has changed so far; grants and new content are only there when it has ended. */
const infoOf = (running: Running, found: Found): GoValue => {
  const stored = 'stored' in found ? found.stored : undefined;
  const changes = 'pending' in found ? found.pending : running.pending.secrets.updates.get(found.stored.id);
  const owner = 'pending' in found ? found.pending.owner : found.stored.owner;
  const expires = changes?.expires ?? stored?.expires;
  const rotate = changes?.rotate ?? stored?.rotate ?? 'never';
  const nextRotate = rotate === 'never' ? undefined : stored?.nextRotate;
  const access = (stored?.grants ?? []).map(grant => accessOf(running, grant));
  return new Map<string, GoValue>([
    ['revision', stored?.latest ?? 1],
    ['label', labelOf(running, found)],
    ['owner', owner.kind],
    ['description', (changes?.description ?? stored?.description) || undefined],
    ['rotation', rotate],
    ['expiry', expires && new Date(expires)],
    ['rotates', nextRotate && new Date(nextRotate)],
    ['access', access.length > 0 ? access : undefined],
  ]);
};

const accessOf = ({ model }: Running, grant: SecretGrant): GoValue => {
  const relation = grant.relation === undefined ? undefined : model.relations[grant.relation];
  const scope = relation === undefined ? `model-${model.uuid}` : `relation-${relation.key.replaceAll(':', '.').replace(' ', '#')}`;
  return new Map([
    ['target', `${grant.kind}-${grant.name.replaceAll('/', '-')}`],
    ['scope', scope],
    ['role', 'view'],
  ]);
};

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

export const secretGetTools: Readonly<Record<string, Tool>> = {
  'secret-get': secretGet,
  'secret-info-get': secretInfoGet,
  'secret-ids': secretIds,
};
