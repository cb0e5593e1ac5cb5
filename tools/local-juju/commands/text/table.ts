// The layout of Juju's tables: every cell but a row's last is padded to the widest of its column plus two blanks.

export type Cell = string | { text: string; colour: 'green' | 'yellow' | 'red' | 'grey' | 'blue' };
const codes = { green: 32, yellow: 33, red: 31, grey: 90, blue: 34 };

/**
 * Lays out rows of cells, one line each. A row's last cell is neither padded nor counted for the column's width, so a row that ends
 * in an empty cell keeps its trailing blanks. `right` names the columns whose cells stand at their right edge.
 */
export function layTable(rows: readonly (readonly Cell[])[], options: { right?: readonly number[]; colour?: boolean } = {}): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.slice(0, -1).forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, lengthOf(plain(cell)));
    });
  }
  return rows.map(row => `${row.map((cell, column) => laid(cell, column, column === row.length - 1)).join('')}\n`).join('');

  function laid(cell: Cell, column: number, last: boolean): string {
    const text = options.colour === true ? painted(cell) : plain(cell);
    const missing = Math.max(0, (widths[column] ?? 0) - lengthOf(plain(cell)));
    if (options.right?.includes(column)) return ' '.repeat(missing) + text + (last ? '' : '  ');
    return last ? text : text + ' '.repeat(missing + 2);
  }
}

function plain(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell.text;
}

function painted(cell: Cell): string {
  return typeof cell === 'string' || cell.text === '' ? plain(cell) : `\u001b[${codes[cell.colour]}m${cell.text}\u001b[0m`;
}

function lengthOf(text: string): number {
  return [...text].length;
}
