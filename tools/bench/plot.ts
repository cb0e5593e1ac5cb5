// Bars in SVG, drawn by hand: one panel for each measure, side by side, all with the same rows. Pure.

/** @property ours whether it is a bar of this charm. `low` and `high` are drawn as a whisker. */
export type Bar = { value: number; low?: number; high?: number; ours: boolean };
export type Row = { label: string; bars: readonly (readonly Bar[])[] };
/** @property bars of each row stand in the order of `panels`. */
export type Chart = { title: string; legend: { ours: string; theirs: string }; panels: readonly string[]; rows: readonly Row[] };

const labelWidth = 330;
const panelWidth = 300;
const gap = 70;
const barHeight = 9;
const rowGap = 9;
const top = 64;
/** Of all charts. */
export const colours = { ours: '#2f6fab', theirs: '#c9ccd1', text: '#24292f', faint: '#6a737d' };

export const drawBars = ({ title, legend, panels, rows }: Chart): string => {
  const heights = rows.map(({ bars }) => Math.max(1, ...bars.map(of => of.length)) * barHeight + rowGap);
  const width = labelWidth + panels.length * (panelWidth + gap);
  const height = top + heights.reduce((sum, one) => sum + one, 0) + 16;
  const scales = panels.map((_, panel) =>
    Math.max(1, ...rows.flatMap(({ bars }) => (bars[panel] ?? []).map(({ value, high }) => high ?? value))),
  );
  const parts: string[] = [];
  let y = top;
  for (const [at, { label, bars }] of rows.entries()) {
    parts.push(drawText(labelWidth - 10, y + (heights[at]! - rowGap) / 2 + 4, label, 'end'));
    for (const [panel, of] of bars.entries()) {
      const x = labelWidth + panel * (panelWidth + gap);
      for (const [line, bar] of of.entries()) parts.push(...drawBar(x, y + line * barHeight, bar, panelWidth / scales[panel]!));
    }
    y += heights[at]!;
  }
  return [
    ...drawSheet(title, width, height),
    `<rect x="10" y="34" width="12" height="8" fill="${colours.ours}"/>`,
    drawText(28, 42, legend.ours, 'start'),
    `<rect x="10" y="48" width="12" height="8" fill="${colours.theirs}"/>`,
    drawText(28, 56, legend.theirs, 'start'),
    ...panels.map((name, panel) => drawText(labelWidth + panel * (panelWidth + gap), top - 8, name, 'start')),
    ...parts,
    '</svg>',
    '',
  ].join('\n');
};

/** The beginning of a drawing: its size, its name for readers who cannot see it, its background and its heading. */
export const drawSheet = (title: string, width: number, height: number): string[] => [
  `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
  `<title>${escaped(title)}</title>`,
  `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
  drawText(10, 22, title, 'start', 15),
];

const drawBar = (x: number, y: number, { value, low, high, ours }: Bar, scale: number): string[] => {
  const end = x + value * scale;
  const middle = y + barHeight / 2 - 0.5;
  const whisker =
    low === undefined || high === undefined
      ? []
      : [`<path d="M${rounded(x + low * scale)} ${middle}H${rounded(x + high * scale)}" stroke="${colours.text}" stroke-width="1"/>`];
  return [
    `<rect x="${x}" y="${y}" width="${rounded(value * scale)}" height="${barHeight - 1}" fill="${ours ? colours.ours : colours.theirs}"/>`,
    ...whisker,
    drawText(Math.max(end, x + (high ?? value) * scale) + 4, y + barHeight - 1, value.toFixed(0), 'start', 9, colours.faint),
  ];
};

/** @param anchor which part of the words stands at `x`. */
export const drawText = (x: number, y: number, words: string, anchor: 'start' | 'middle' | 'end', size = 12, fill = colours.text): string =>
  `<text x="${rounded(x)}" y="${rounded(y)}" text-anchor="${anchor}" font-size="${size}" fill="${fill}">${escaped(words)}</text>`;

/** A coordinate, short. */
export const rounded = (value: number): string => String(Math.round(value * 10) / 10);
const escaped = (words: string): string => words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
