// What the packer refuses, each on a charm that has just that wrong.
import { dump } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { problemsOf } from '../../../tools/pack/check.ts';
import type { File } from '../../../tools/pack/zip.ts';

type Texts = Readonly<Record<string, string | undefined>>;

const metadata = { name: 'good', summary: 's', description: 'd' };
const good: Texts = {
  dispatch: '#!/bin/sh\nexec ./bin/node ./lib/charm.mjs\n',
  'lib/charm.mjs': '',
  'metadata.yaml': dump(metadata),
  'manifest.yaml': "bases: [{name: ubuntu, channel: '24.04'}]",
  'config.yaml': 'options: {auto-delete: {type: boolean, default: false}}',
  'actions.yaml': 'set-password: {description: d, additionalProperties: false, params: {password: {type: string}}}',
};
const executable = new Set(['dispatch', 'lib/charm.mjs']);

const problems = (changes: Texts, { plain = '', bytes = 1_000, charmcraft = 'type: charm\nparts: {}\nplatforms: {}' } = {}): string[] => {
  const files = Object.entries({ ...good, ...changes }).flatMap(([path, text]): File[] =>
    text === undefined ? [] : [{ path, mode: executable.has(path) && path !== plain ? 0o755 : 0o644, bytes: Buffer.from(text) }],
  );
  return problemsOf('good', files, bytes, charmcraft);
};
const withMetadata = (more: Record<string, unknown>) => ({ 'metadata.yaml': dump({ ...metadata, ...more }) });

test('a charm in which nothing is wrong', () => expect(problems({})).toEqual([]));

describe('is refused:', () => {
  test.each<[string, string[], string]>([
    ['no dispatch', problems({ dispatch: undefined }), 'there is no dispatch: Juju would have nothing to run'],
    [
      'a dispatch that is not executable',
      problems({}, { plain: 'dispatch' }),
      'dispatch is not executable: Juju does not repair its mode; give it 0755',
    ],
    ['a program that is not executable', problems({}, { plain: 'lib/charm.mjs' }), 'lib/charm.mjs is not executable: give it 0755'],
    [
      'a dispatch that ends with something else',
      problems({ dispatch: '#!/bin/sh\nexec ./bin/node ./lib/charm.mjs "$@"\n' }),
      'dispatch ends with "$@", which is no file of the charm; its last word must be the program',
    ],
    ['no summary', problems(withMetadata({ summary: undefined })), 'metadata.yaml has no summary: Juju refuses the charm'],
    ['another name', problems(withMetadata({ name: 'other' })), 'metadata.yaml names the charm other, not good'],
    [
      'a series',
      problems(withMetadata({ series: ['jammy'] })),
      'metadata.yaml has series, with which Juju takes the charm for one of the old format; take it out',
    ],
    [
      'a least version of Juju',
      problems(withMetadata({ 'min-juju-version': '3.6' })),
      'metadata.yaml has min-juju-version, which Juju refuses beside bases; use assumes',
    ],
    [
      'a subordinate that fits nowhere',
      problems(withMetadata({ subordinate: true, requires: { host: { interface: 'juju-info' } } })),
      'the charm is subordinate and requires nothing with scope: container; it could be integrated with no application',
    ],
    ['no manifest', problems({ 'manifest.yaml': undefined }), 'there is no manifest.yaml: the charm could be deployed only with --base'],
    ['no bases', problems({ 'manifest.yaml': 'bases: []' }), 'manifest.yaml lists no bases: the charm could be deployed only with --base'],
    [
      'a channel that YAML takes for a number',
      problems({ 'manifest.yaml': 'bases: [{name: ubuntu, channel: 24.04}]' }),
      'manifest.yaml has the channel 24.04 as a number: put it in quotes',
    ],
    [
      'a base of another system',
      problems({ 'manifest.yaml': "bases: [{name: debian, channel: '12'}]" }),
      'manifest.yaml has the base debian: Juju knows ubuntu alone',
    ],
    [
      'an option with another letter',
      problems({ 'config.yaml': 'options: {auto_delete: {type: boolean}}' }),
      'the option auto_delete must have lower-case letters, digits and hyphens only',
    ],
    [
      'an action with another letter',
      problems({ 'actions.yaml': 'Set-Password: {additionalProperties: false}' }),
      'the action Set-Password must have lower-case letters, digits and hyphens only',
    ],
    [
      'a parameter with another letter',
      problems({ 'actions.yaml': 'set: {additionalProperties: false, params: {user_name: {type: string}}}' }),
      'the parameter user_name of the action set must have lower-case letters, digits and hyphens only',
    ],
    [
      'an action that takes anything',
      problems({ 'actions.yaml': 'set: {description: d}' }),
      'the action set does not say additionalProperties: false: some Juju versions would let a misspelt parameter through',
    ],
    [
      'the same key in two files',
      problems({}, { charmcraft: 'type: charm\nsummary: s' }),
      'summary stands in both charmcraft.yaml and metadata.yaml; take it out of charmcraft.yaml',
    ],
    [
      'a key and a file for the same',
      problems({}, { charmcraft: 'type: charm\nconfig: {}' }),
      'charmcraft.yaml has the key config, and there is a file config.yaml too; keep the file',
    ],
    [
      'what would be lost',
      problems({}, { charmcraft: 'type: charm\nprovides: {}' }),
      'charmcraft.yaml has provides, which would not reach the charm: it belongs into metadata.yaml',
    ],
    ['too much', problems({}, { bytes: 61 * 1024 * 1024 }), 'the charm has 61 MiB, more than 60: find out what has grown'],
  ])('%s', (_, found, sentence) => expect(found).toEqual([sentence]));

  test('what is no YAML', () => {
    expect(problems({ 'config.yaml': 'options: [' })).toEqual([expect.stringMatching(/^config\.yaml is not YAML: /)]);
  });
});
