// Reads what a program wrote to a terminal: text with colours and weights, without movements of the cursor.

export type Style = { bold: boolean; dim: boolean; colour?: Colour };
export type Colour = 'red' | 'green' | 'yellow' | 'blue' | 'magenta' | 'cyan';
export type Span = { text: string; column: number; style: Style };

/** Returns the lines, each as pieces of one style. @throws on an escape sequence that is not about style. */
export const readTerminal = (text: string): Span[][] => {
  let style = plain;
  return text
    .replace(/\n$/, '')
    .split('\n')
    .map(line => {
      const spans: Span[] = [];
      let column = 0;
      // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
      for (const piece of line.split(/(\x1b\[[0-9;?]*[A-Za-z])/)) {
        if (piece.startsWith('\x1b')) style = changed(style, piece);
        else if (piece !== '') {
          spans.push({ text: piece, column, style });
          column += [...piece].length;
        }
      }
      return spans;
    });
};

const plain: Style = { bold: false, dim: false };
const colours: Record<number, Colour> = { 31: 'red', 32: 'green', 33: 'yellow', 34: 'blue', 35: 'magenta', 36: 'cyan' };

const changed = (before: Style, sequence: string): Style => {
  if (!sequence.endsWith('m')) throw new Error(`the escape sequence ${JSON.stringify(sequence)} is not about style`);
  let style = before;
  for (const code of sequence.slice(2, -1).split(';').map(Number)) {
    const colour = colours[code];
    if (code === 0) style = plain;
    else if (code === 1) style = { ...style, bold: true };
    else if (code === 2) style = { ...style, dim: true };
    else if (colour !== undefined) style = { ...style, colour };
    else throw new Error(`style ${code} is not known`);
  }
  return style;
};
