// Draws lines of a terminal as an SVG picture of a window, with nothing but text, so that it is sharp and small.
import type { Colour, Span, Style } from './ansi.ts';

const cell = { width: 8.4, height: 18, font: 14 };
const margin = { side: 20, top: 52, bottom: 18 };
const ink = '#d6deeb';
const faint = '#8b98ad';
const inks: Record<Colour, string> = {
  red: '#ef5350',
  green: '#4ade80',
  yellow: '#facc15',
  blue: '#82aaff',
  magenta: '#c792ea',
  cyan: '#7fdbca',
};

/** @param columns width of the terminal; longer lines are cut. @param title what the window's bar says. */
export const drawTerminal = (lines: readonly (readonly Span[])[], columns: number, title: string): string => {
  const width = Math.ceil(columns * cell.width + 2 * margin.side);
  const height = margin.top + lines.length * cell.height + margin.bottom;
  const rows = lines.map((spans, row) => drawLine(spans, columns, margin.top + (row + 0.75) * cell.height)).filter(row => row !== '');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${xml(title)}">
<title>${xml(title)}</title>
<rect width="${width}" height="${height}" rx="10" fill="#0b1220"/>
<path d="M0 10a10 10 0 0 1 10-10h${width - 20}a10 10 0 0 1 10 10v24h-${width}z" fill="#1b2536"/>
<circle cx="22" cy="17" r="6" fill="#ef5350"/><circle cx="42" cy="17" r="6" fill="#facc15"/><circle cx="62" cy="17" r="6" fill="#4ade80"/>
<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace" font-size="${cell.font}" fill="${ink}" xml:space="preserve">
<text x="${width / 2}" y="22" text-anchor="middle" font-size="13" fill="${faint}">${xml(title)}</text>
${rows.join('\n')}
</g>
</svg>
`;
};

/** Each piece stands at its own column and is as wide as its cells, whatever font the viewer has. */
const drawLine = (spans: readonly Span[], columns: number, y: number): string =>
  spans
    .map(({ text, column, style }) => {
      const shown = [...text].slice(0, Math.max(0, columns - column)).join('');
      const visible = shown.trimStart();
      if (visible === '') return '';
      const at = column + [...shown].length - [...visible].length;
      const end = visible.trimEnd();
      const place = `x="${round(margin.side + at * cell.width)}" y="${round(y)}" textLength="${round([...end].length * cell.width)}"`;
      return `<text ${place} lengthAdjust="spacingAndGlyphs"${look(style)}>${xml(end)}</text>`;
    })
    .join('');

const look = ({ bold, dim, colour }: Style): string => {
  const fill = colour === undefined ? (dim ? faint : undefined) : inks[colour];
  return `${fill === undefined ? '' : ` fill="${fill}"`}${bold ? ' font-weight="bold"' : ''}`;
};

const round = (value: number): string => String(Math.round(value * 10) / 10);

const xml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
