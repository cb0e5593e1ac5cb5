// Lines in SVG, drawn by hand: panels side by side, each with its own axes that begin at zero. Pure.
import { colours, drawSheet, drawText, rounded } from './plot.ts';

export type Series = { name: string; colour: keyof typeof colours; points: readonly (readonly [x: number, y: number])[] };
/** @property x @property y what the axes show. */
export type Panel = { x: string; y: string; series: readonly Series[] };

const panelWidth = 380;
const panelHeight = 220;
const left = 60;
const top = 70;
const below = 50;

export const drawLines = (title: string, panels: readonly Panel[]): string => {
  const width = panels.length * (left + panelWidth) + 40;
  const height = top + panelHeight + below;
  const [first] = panels;
  return [
    ...drawSheet(title, width, height),
    ...(first?.series ?? []).flatMap(({ name, colour }, at) => [
      `<rect x="${10 + at * 160}" y="34" width="12" height="8" fill="${colours[colour]}"/>`,
      drawText(28 + at * 160, 42, name, 'start'),
    ]),
    ...panels.flatMap((panel, at) => drawPanel(panel, left + at * (left + panelWidth))),
    '</svg>',
    '',
  ].join('\n');
};

const drawPanel = ({ x, y, series }: Panel, from: number): string[] => {
  const points = series.flatMap(one => one.points);
  const [maxX, maxY] = [Math.max(1, ...points.map(([px]) => px)), Math.max(1, ...points.map(([, py]) => py))];
  const atX = (value: number) => rounded(from + (value / maxX) * panelWidth);
  const atY = (value: number) => rounded(top + panelHeight - (value / maxY) * (panelHeight - 15));
  const bottom = top + panelHeight;
  return [
    `<path d="M${from} ${top}V${bottom}H${from + panelWidth}" fill="none" stroke="${colours.faint}"/>`,
    drawText(from, top - 6, y, 'start', 12, colours.faint),
    drawText(from + panelWidth, bottom + 34, x, 'end', 12, colours.faint),
    ...[...new Set(points.map(([px]) => px))].map(px => drawText(Number(atX(px)), bottom + 16, String(px), 'middle', 10, colours.faint)),
    ...series.flatMap(({ colour, points: own }) => [
      `<path d="${own.map(([px, py], at) => `${at === 0 ? 'M' : 'L'}${atX(px)} ${atY(py)}`).join('')}" fill="none" stroke="${colours[colour]}" stroke-width="2"/>`,
      ...own.flatMap(([px, py]) => [
        `<circle cx="${atX(px)}" cy="${atY(py)}" r="3" fill="${colours[colour]}"/>`,
        drawText(Number(atX(px)), Number(atY(py)) - 6, py.toFixed(0), 'middle', 9, colours.faint),
      ]),
    ]),
  ];
};
