// secret-add, secret-set, secret-remove: the owner's wishes, which wait for the hook's end.
import { newSecretId } from '../secret-values.ts';
import type { Secret, Values } from '../state.ts';
import { ToolError, UsageError } from './errors.ts';
import { type Flags, noMore, parseInteger } from './flags.ts';
import { isLeader, notLeader, type Running } from './running.ts';
import { readContent, readDetails } from './secret-content.ts';
import { noteRemove, noteUpdate } from './secrets-pending.ts';
import { parseSecretId } from './secrets-view.ts';
import type { Tool } from './tool.ts';
import { secretAccessTools } from './tools-secret-access.ts';
import { secretGetTools } from './tools-secret-get.ts';
import { sameValues } from './values.ts';

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
    if (call.words.length === 0 && !call.flags.file) throw new UsageError('missing secret value or filename');
    const details = readDetails(call, running.host.now());
    const content = await readContent(call, call.words);
    if (Object.keys(content).length === 0) throw new ToolError('empty secret value not valid');
    const ofUnit = call.flags.owner === 'unit';
    if (!ofUnit && !isLeader(running)) throw new ToolError(notLeader);
    const owner: Secret['owner'] = ofUnit
      ? { kind: 'unit', name: running.unitName }
      : { kind: 'application', name: running.applicationName };
    if (details.label !== undefined) refuseLabelOfThisHook(running, details.label);
    const id = newSecretId();
    running.pending.secrets.creates.set(id, { ...details, id, owner, content });
    return { text: `secret://${running.model.uuid}/${id}\n` };
  },
};

/** Labels of earlier hooks are compared when this one ends. */
const refuseLabelOfThisHook = (running: Running, label: string): void => {
  const taken = [...running.pending.secrets.creates.values()].some(create => create.label === label);
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
    const isNew = Object.keys(content).length > 0 && !isNewest(running, id, content);
    const change = { ...details, ...(isNew ? { content } : {}) };
    if (Object.keys(change).length > 0) noteUpdate(running.pending.secrets, id, change);
    return undefined;
  },
};

/** The content that the secret has already is no change at all. */
const isNewest = (running: Running, id: string, content: Values): boolean => {
  const secret = running.model.secrets[id];
  const newest = secret?.revisions.find(one => one.revision === secret.latest);
  return newest !== undefined && sameValues(newest.content, content);
};

const secretRemove: Tool = {
  summary: 'remove an existing secret',
  usage: '[options] <ID>',
  flags: { revision: { check: value => void parseInteger(value), about: 'remove the specified revision' } },
  run: ({ running, words, flags }) => {
    if (words[0] === undefined) throw new UsageError('missing secret URI');
    const id = parseSecretId(words[0]);
    noMore(words.slice(1));
    const revision = typeof flags.revision === 'string' ? parseInteger(flags.revision) : 0;
    noteRemove(running.pending.secrets, id, revision > 0 ? revision : undefined);
    return undefined;
  },
};

export const secretTools: Readonly<Record<string, Tool>> = {
  'secret-add': secretAdd,
  'secret-set': secretSet,
  'secret-remove': secretRemove,
  ...secretAccessTools,
  ...secretGetTools,
};
