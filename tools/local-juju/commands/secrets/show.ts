// Reading secrets: secrets, show-secret.
import { JujuError } from '../../contract.ts';
import { now } from '../clock.ts';
import { inOrder, outputFlags, print } from '../output.ts';
import type { CommandSpec } from '../spec.ts';
import { describeSecret, findSecret, secretsTable, summaryOf } from './describe.ts';

export const secrets: CommandSpec = {
  name: 'secrets',
  aliases: ['list-secrets'],
  summary: 'Lists the secrets of charms and of the user',
  usage: '',
  most: 0,
  details: 'Contents are not shown; see "juju help show-secret".',
  flags: [
    ...outputFlags('tabular', 'tabular, json, yaml'),
    { names: ['owner'], value: 'name', help: 'Only those of this application, unit or model' },
  ],
  run(call) {
    const { state } = call.model();
    const owner = call.flags.text('owner');
    const found = Object.values(state.secrets)
      .filter(
        secret => owner === undefined || [secret.owner.name, `${secret.owner.kind}-${secret.owner.name.replace('/', '-')}`].includes(owner),
      )
      .sort((a, b) => (a.created < b.created ? -1 : a.created > b.created ? 1 : a.id < b.id ? -1 : 1));
    print(call, 'tabular', () => inOrder(Object.fromEntries(found.map(secret => [secret.id, summaryOf(secret)]))), {
      tabular: () => secretsTable(found, now()),
    });
    return 0;
  },
};

export const showSecret: CommandSpec = {
  name: 'show-secret',
  summary: 'Shows a secret',
  usage: '<id> | <name> | <label>',
  most: 1,
  details: 'The content is shown with --reveal only.',
  examples: ['juju show-secret my-password', 'juju show-secret d5q3sgnmp25c76l6r000 --reveal --format json'],
  emptyMapOnError: true,
  flags: [
    ...outputFlags('yaml', 'yaml, json'),
    { names: ['reveal'], help: 'Show the content' },
    { names: ['r', 'revision'], value: 'integer', help: 'This revision' },
    { names: ['revisions'], help: 'List all revisions' },
  ],
  run(call) {
    const [text] = call.args;
    const { flags } = call;
    if (text === undefined) throw new JujuError('missing secret ID or name', 2);
    if (flags.has('r') && flags.on('revisions')) throw new JujuError('specify either --revision or --revisions but not both', 2);
    if (flags.on('reveal') && flags.on('revisions')) throw new JujuError('specify either --revisions or --reveal but not both', 2);
    const { state } = call.model();
    const secret = findSecret(state, text);
    if (!secret) throw new JujuError(`secret "${text}" not found`);
    const revision = flags.integer('r');
    if (revision !== undefined && !secret.revisions.some(one => one.revision === revision))
      throw new JujuError(`secret "${text}" revision ${revision} not found`);
    print(call, 'yaml', () =>
      inOrder({
        [secret.id]: describeSecret(state, secret, {
          revisions: flags.on('revisions'),
          reveal: flags.on('reveal'),
          json: flags.text('format') === 'json',
          ...(revision === undefined ? {} : { revision }),
        }),
      }),
    );
    return 0;
  },
};
