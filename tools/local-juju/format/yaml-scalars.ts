// How one string is written in YAML: plain, quoted, or as a block. The folding after column 80 only ever happens at a single blank.

/** Where the text goes; `column` is the number of characters since the last line break. */
export type Sink = { text: string; column: number };
const foldAfter = 80;

/** In which manners a string may be written, outside of `[…]` and `{…}`. */
export const scalarLimits = (text: string): { plain: boolean; singleQuoted: boolean; block: boolean; multiline: boolean } => {
  const multiline = /[\n\u2028\u2029]/.test(text);
  const special = [...text].some(c => c !== '\n' && !isPrintable(c)) || / [\n\u2028\u2029]/.test(text);
  const blankAfterBreak = /[\n\u2028\u2029] /.test(text);
  const indicators =
    /^(---|\.\.\.)/.test(text) || /^[#,[\]{}&*!|>'"%@`]/.test(text) || /^[?:-](\s|$)/.test(text) || /:([ \t\n\u2028\u2029]|$)/.test(text);
  const comment = /[ \t\n\u2028\u2029]#/.test(text);
  const blankEnds = /^[ \n\u2028\u2029]|[ \n\u2028\u2029]$/.test(text);
  return {
    multiline,
    plain: !(multiline || special || indicators || comment || blankEnds),
    singleQuoted: !(special || blankAfterBreak),
    block: text !== '' && !special && !text.endsWith(' '),
  };
};

export const plain = (sink: Sink, text: string, indent: number, mayBreak: boolean): void => folded(sink, text, indent, mayBreak, c => c);

export const singleQuoted = (sink: Sink, text: string, indent: number, mayBreak: boolean): void => {
  put(sink, "'");
  folded(sink, text, indent, mayBreak, c => (c === "'" ? "''" : c), true);
  put(sink, "'");
};

export const doubleQuoted = (sink: Sink, text: string, indent: number, mayBreak: boolean): void => {
  put(sink, '"');
  const characters = [...text];
  let afterBlank = false;
  characters.forEach((c, i) => {
    const inside = i > 0 && i < characters.length - 1;
    if (c === ' ' && mayBreak && !afterBlank && sink.column > foldAfter && inside) {
      newLine(sink, indent);
      if (characters[i + 1] === ' ') put(sink, '\\');
    } else {
      put(sink, escaped(c));
    }
    afterBlank = c === ' ';
  });
  put(sink, '"');
};

/** `|` with its hints, then the lines as they are. */
export const literal = (sink: Sink, text: string, indent: number): void => {
  const start = /^[ \n\u2028\u2029]/.test(text) ? '2' : '';
  const end = /(^|[\n\u2028\u2029])[\n\u2028\u2029]$/.test(text) ? '+' : /[\n\u2028\u2029]$/.test(text) ? '' : '-';
  put(sink, `|${start}${end}`);
  sink.text += '\n';
  sink.column = 0;
  for (const c of text) {
    if (isBreak(c)) {
      sink.text += c;
      sink.column = 0;
    } else {
      if (sink.column === 0) put(sink, ' '.repeat(indent));
      put(sink, c);
    }
  }
};

const folded = (sink: Sink, text: string, indent: number, mayBreak: boolean, spell: (c: string) => string, quoted = false): void => {
  const characters = [...text];
  let afterBlank = false;
  characters.forEach((c, i) => {
    const inside = !quoted || (i > 0 && i < characters.length - 1);
    if (c === ' ' && mayBreak && !afterBlank && sink.column > foldAfter && inside && characters[i + 1] !== ' ') {
      newLine(sink, indent);
    } else if (isBreak(c)) {
      sink.text += c;
      sink.column = 0;
    } else {
      if (isBreak(characters[i - 1] ?? '')) put(sink, ' '.repeat(indent));
      put(sink, spell(c));
    }
    afterBlank = c === ' ';
  });
};

const put = (sink: Sink, text: string): void => {
  sink.text += text;
  sink.column += [...text].length;
};

const newLine = (sink: Sink, indent: number): void => {
  sink.text += `\n${' '.repeat(indent)}`;
  sink.column = indent;
};

const isBreak = (c: string): boolean => c === '\n' || c === '\u2028' || c === '\u2029';

/** Not so: control characters, the byte order mark and all beyond U+FFFF. */
const isPrintable = (c: string): boolean => /^[\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]$/.test(c);

const short: Record<string, string> = {
  '\0': '\\0',
  '\x07': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '\x1b': '\\e',
  '"': '\\"',
  '\\': '\\\\',
  '\x85': '\\N',
  '\u2028': '\\L',
  '\u2029': '\\P',
};

const escaped = (c: string): string => {
  const known = short[c];
  if (known !== undefined) return known;
  if (isPrintable(c)) return c;
  const code = c.codePointAt(0) ?? 0;
  const hex = code.toString(16).toUpperCase();
  return code <= 0xff ? `\\x${hex.padStart(2, '0')}` : code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
};
