// From what a terminal was sent to a picture of it.
import { describe, expect, test } from 'vitest';
import { readTerminal } from '../../../tools/picture/ansi.ts';
import { drawTerminal } from '../../../tools/picture/svg.ts';

describe('reading', () => {
  test('keeps styles and columns, also across lines', () => {
    expect(readTerminal('a\x1b[1;36mbc\x1b[0md\n\x1b[2me\nf\x1b[0m\n')).toEqual([
      [
        { text: 'a', column: 0, style: { bold: false, dim: false } },
        { text: 'bc', column: 1, style: { bold: true, dim: false, colour: 'cyan' } },
        { text: 'd', column: 3, style: { bold: false, dim: false } },
      ],
      [{ text: 'e', column: 0, style: { bold: false, dim: true } }],
      [{ text: 'f', column: 0, style: { bold: false, dim: true } }],
    ]);
  });

  test.each([
    ['\x1b[2K', 'is not about style'],
    ['\x1b[48m', 'style 48 is not known'],
  ])('refuses %j, which a picture cannot show', (text, words) => {
    expect(() => readTerminal(text)).toThrow(words);
  });
});

describe('drawing', () => {
  const draw = (text: string, columns = 20) => drawTerminal(readTerminal(text), columns, 'a & b');

  test('puts each piece of text at its column, in its colour and weight', () => {
    const texts = [
      ...draw('  one \x1b[1;32mtwo\x1b[0m').matchAll(/<text x="([\d.]+)" y="([\d.]+)" textLength="([\d.]+)"[^>]*?( fill.*?)?>(\w+)</g),
    ];
    expect(texts.map(([, x, , length, look, text]) => [x, length, look, text])).toEqual([
      ['36.8', '25.2', undefined, 'one'],
      ['70.4', '25.2', ' fill="#4ade80" font-weight="bold"', 'two'],
    ]);
    expect(new Set(texts.map(([, , y]) => y)).size).toBe(1);
  });

  test('is one line taller with each line', () => {
    const height = (text: string) => Number(/viewBox="0 0 \d+ (\d+)"/.exec(draw(text))?.[1]);
    expect(height('a\nb\nc') - height('a\nb')).toBe(18);
  });

  test('cuts what is wider than the terminal, and escapes what XML would take for its own', () => {
    const picture = draw('<b> & "c" and so on and on', 12);
    expect(picture).toContain('>&lt;b&gt; &amp; &quot;c&quot; an<');
    expect(picture).not.toContain('and');
    expect(picture).toContain('<title>a &amp; b</title>');
  });
});
