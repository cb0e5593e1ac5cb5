// What the demo shows: headings, commands as they are typed, their answers, and, on a terminal, what is going on meanwhile.
import { stripVTControlCharacters } from 'node:util';

export type Screen = {
  /** A heading of the story. */
  step(title: string): void;
  /** A command as a person types it. */
  typed(words: string): void;
  /** What a command answered, line by line, cut to the width. */
  answer(text: string): void;
  /** Something that holds now, marked as done. */
  done(sentence: string): void;
  say(sentence: string): void;
  /** A line that is replaced by whatever comes next; on a terminal only. */
  progress(text: string): void;
};
export type Output = { write(text: string): unknown; isTTY?: boolean; columns?: number };

/**
 * @param output a terminal, or a file or pipe, which gets neither progress nor, unless FORCE_COLOR asks for them, colours.
 */
export const openScreen = (output: Output, env: Readonly<Record<string, string | undefined>>): Screen => {
  const terminal = output.isTTY === true;
  const colours = env.FORCE_COLOR ? env.FORCE_COLOR !== '0' : terminal && !env.NO_COLOR && env.TERM !== 'dumb';
  const moves = terminal && env.TERM !== 'dumb';
  const width = () => Math.max(40, output.columns || Number(env.COLUMNS) || 100);
  const style = (code: string, text: string) => (colours ? `\x1b[${code}m${text}\x1b[0m` : text);
  let steps = 0;
  let shown = '';

  const clear = () => {
    if (shown !== '') output.write('\r\x1b[2K');
    shown = '';
  };
  const line = (text: string) => {
    clear();
    output.write(`${text}\n`);
  };
  return {
    step: title => {
      steps += 1;
      line(`\n${style('1;36', `${steps}. ${title}`)}`);
    },
    typed: words => line(`${style('2', '$')} ${style('1', cut(words, width() - 2))}`),
    answer: text => {
      for (const one of trimLines(text)) line(style('2', cut(one, width())));
    },
    done: sentence => line(`${style('32', '✓')} ${sentence}`),
    say: line,
    progress: text => {
      if (!moves) return;
      const next = cut(text, width() - 1);
      if (next === shown) return;
      clear();
      output.write(style('33', next));
      shown = next;
    },
  };
};

/** The lines without escapes, without spaces at their ends, and without empty ones at the beginning and the end. */
const trimLines = (text: string): string[] => {
  const lines = stripVTControlCharacters(text)
    .split('\n')
    .map(line => line.trimEnd());
  const first = lines.findIndex(line => line !== '');
  return first < 0 ? [] : lines.slice(first, lines.findLastIndex(line => line !== '') + 1);
};

const cut = (text: string, width: number): string => (text.length <= width ? text : `${text.slice(0, width - 1)}…`);
