// The reader of the how-to pages: what it takes for a command, and where.
import { expect, test } from 'vitest';
import { readPage } from '../support/pages.ts';

test('finds the commands of shell blocks, section by section, with lines that go on', () => {
  const text = '# Title\n\n## One\n\n```shell\njuju one \\\n  --more\n\njuju two\n```\n\n```yaml\nnot: this\n```\n## Two\n`juju no`\n';
  expect(readPage(text)).toEqual({
    title: 'Title',
    sections: [
      { title: 'One', commands: ['juju one   --more', 'juju two'] },
      { title: 'Two', commands: [] },
    ],
  });
});

test.each([
  ['```shell\njuju one\n```\n', 'the command juju one stands in no section'],
  ['## One\n```shell\njuju one\n', 'a block has no end'],
])('refuses a page that it cannot read: %j', (text, words) => {
  expect(() => readPage(text)).toThrow(words);
});
