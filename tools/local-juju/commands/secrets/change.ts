// User secrets: add-secret, update-secret, grant-secret, revoke-secret, remove-secret.
import { JujuError } from '../../contract.ts';
import type { Call, CommandSpec } from '../spec.ts';
import { readContent } from './content.ts';

const contentDetails = 'Values are given as key=value, key#base64=… (encoded already), key#file=path, or as a YAML file with --file.';

export const addSecret: CommandSpec = {
  name: 'add-secret',
  summary: 'Adds a secret of the user',
  usage: '<name> [<key>[#base64|#file]=<value> …]',
  details: `${contentDetails}\nThe secret's URI is printed. A charm reads it once it is granted and its URI is put into a config option of type secret.`,
  examples: ['juju add-secret mongodb-users operator=s3cret', 'juju add-secret tls key#file=./key.pem'],
  flags: [
    { names: ['file'], value: 'path', help: 'A YAML file with keys and values' },
    { names: ['info'], value: 'text', help: 'A description' },
  ],
  async run(call) {
    const [name, ...words] = call.args;
    if (name === undefined) throw new JujuError('missing secret name', 2);
    const content = await readContent(call.console, words, call.flags.text('file'));
    if (Object.keys(content).length === 0) throw new JujuError('missing secret value or filename', 2);
    const id = call.model().addSecret({ name, description: call.flags.text('info') ?? '', content });
    call.console.out(`secret:${id}\n`);
    return 0;
  },
};

export const updateSecret: CommandSpec = {
  name: 'update-secret',
  summary: 'Gives a secret of the user new content, a name or a description',
  usage: '<id> | <name> [<key>[#base64|#file]=<value> …]',
  details: `${contentDetails}\nThe new content replaces the whole old one and is a new revision.`,
  examples: ['juju update-secret mongodb-users operator=other'],
  flags: [
    { names: ['file'], value: 'path', help: 'A YAML file with keys and values' },
    { names: ['info'], value: 'text', help: 'A description' },
    { names: ['name'], value: 'name', help: 'A new name' },
    { names: ['auto-prune'], help: 'Remove revisions that nobody reads any more' },
  ],
  async run(call) {
    const [name, ...words] = call.args;
    const { flags } = call;
    if (name === undefined) throw new JujuError('missing secret URI', 2);
    const content = await readContent(call.console, words, flags.text('file'));
    const newName = flags.text('name');
    const description = flags.text('info');
    const some = Object.keys(content).length > 0;
    if (!some && newName === undefined && description === undefined && !flags.has('auto-prune'))
      throw new JujuError('must specify a new name, description, content or auto-prune', 2);
    call.model().updateSecret(name, {
      ...(newName === undefined ? {} : { newName }),
      ...(description === undefined ? {} : { description }),
      ...(some ? { content } : {}),
      ...(flags.has('auto-prune') ? { autoPrune: flags.on('auto-prune') } : {}),
    });
    return 0;
  },
};

export const grantSecret: CommandSpec = {
  name: 'grant-secret',
  summary: 'Lets applications read a secret of the user',
  usage: '<id> | <name> <application>[,<application>…]',
  most: 2,
  details: 'See "juju help add-secret".',
  flags: [],
  run: call => grant(call, false),
};

export const revokeSecret: CommandSpec = {
  name: 'revoke-secret',
  summary: 'Takes back grant-secret',
  usage: '<id> | <name> <application>[,<application>…]',
  most: 2,
  details: 'See "juju help grant-secret".',
  flags: [],
  run: call => grant(call, true),
};

export const removeSecret: CommandSpec = {
  name: 'remove-secret',
  summary: 'Removes a secret of the user, or one revision',
  usage: '<id> | <name>',
  most: 1,
  details: 'Without --revision all of it is removed.',
  flags: [{ names: ['revision'], value: 'integer', help: 'Only this revision' }],
  run(call) {
    const [name] = call.args;
    if (name === undefined) throw new JujuError('missing secret URI', 2);
    call.model().removeSecret(name, call.flags.integer('revision'));
    return 0;
  },
};

function grant(call: Call, revoke: boolean): number {
  const [name, list] = call.args;
  if (name === undefined) throw new JujuError('missing secret URI', 2);
  if (list === undefined) throw new JujuError('missing application name', 2);
  call.model().grantSecret(name, list.split(','), revoke);
  return 0;
}
