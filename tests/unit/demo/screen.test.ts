// What the demo shows on a terminal, and what is left of it in a file or a pipe.
import { expect, test } from 'vitest';
import { openScreen, type Screen } from '../../../tools/demo/screen.ts';

const shown = (tell: (screen: Screen) => void, output: { isTTY?: boolean; columns?: number } = {}, env: Record<string, string> = {}) => {
  let text = '';
  tell(openScreen({ ...output, write: piece => (text += piece) }, env));
  return text;
};
const story = (screen: Screen) => {
  screen.step('First');
  screen.typed('juju status');
  screen.progress('waiting …');
  screen.progress('still waiting …');
  screen.answer('\n\nOne  \n\ntwo\n\n');
  screen.done('it is so');
};

test('a pipe gets plain lines, and no progress', () => {
  expect(shown(story)).toBe('\n1. First\n$ juju status\nOne\n\ntwo\n✓ it is so\n');
});

test('a terminal gets colours, and progress that gives way to the next line', () => {
  const text = shown(story, { isTTY: true, columns: 80 });
  expect(text).toContain('\x1b[1;36m1. First\x1b[0m\n');
  expect(text).toContain('waiting …\x1b[0m\r\x1b[2K\x1b[33mstill waiting …\x1b[0m\r\x1b[2K\x1b[2mOne\x1b[0m\n');
  expect(text).not.toContain('still waiting …\x1b[0m\n');
});

test('colours can be had in a pipe, and be refused on a terminal', () => {
  expect(shown(story, {}, { FORCE_COLOR: '1' })).toBe(
    '\n\x1b[1;36m1. First\x1b[0m\n\x1b[2m$\x1b[0m \x1b[1mjuju status\x1b[0m\n\x1b[2mOne\x1b[0m\n\x1b[2m\x1b[0m\n\x1b[2mtwo\x1b[0m\n\x1b[32m✓\x1b[0m it is so\n',
  );
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is looked for
  expect(shown(story, { isTTY: true }, { NO_COLOR: '1' }).replace(/\r\x1b\[2K/g, '')).not.toContain('\x1b');
  expect(shown(story, { isTTY: true }, { TERM: 'dumb' })).not.toContain('\x1b');
});

test('lines are cut to the width of the terminal', () => {
  const long = 'x'.repeat(200);
  expect(shown(screen => screen.answer(long), { columns: 50 })).toBe(`${'x'.repeat(49)}…\n`);
  expect(shown(screen => screen.answer(long), {}, { COLUMNS: '60' })).toBe(`${'x'.repeat(59)}…\n`);
});
