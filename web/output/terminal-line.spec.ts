import { Terminal } from '@xterm/headless';
import fc from 'fast-check';
import { piecesOf, PLAIN, plainOf } from './ansi.js';
import { movesInLine, settled, settledSoFar } from './terminal-line.js';

const shown = (line: string) => plainOf(settled(line, PLAIN));

it.each([
  ['what was printed last', '10%\r20%\r30%', '30%'],
  ['what was not printed over', 'abcdef\rxy', 'xycdef'],
  ['a line of Windows', 'a line\r', 'a line'],
  ['an erased line (S16)', 'a\x1b[2K\x1b[1Gb', 'b'],
  ['the rest of a line erased', 'loading...\r\x1b[Kdone', 'done'],
  ['the beginning of a line erased', 'abcdef\x1b[3G\x1b[1Kx', '  xdef'],
  ['a cursor at the beginning', 'abc\x1b[Gx', 'xbc'],
  ['a cursor that went back', 'abc\x1b[2Dx', 'axc'],
  ['a cursor that went on', 'a\x1b[3Cb', 'a   b'],
  ['characters that were taken back', 'abd\bc', 'abc'],
  ['characters taken out and put in', 'abcdef\r\x1b[2P\x1b[1@x', 'xcdef'],
  ['blanks', 'abcdef\x1b[2G\x1b[3X', 'a   ef'],
  ['tabs', 'a\tb\rx', 'x       b'],
  ['characters of two columns', '漢字\rab', 'ab字'],
  ['half of a character of two columns', '漢字\ra', 'a 字'],
  ['accents', 'e\u0301x\ry', 'yx'],
  ['nothing of a title', '\x1b]0;title\x07a\rb', 'b'],
])('shows %s', (_what, line, text) => {
  expect(movesInLine(line) || line.endsWith('\r')).toBe(true);
  expect(shown(line)).toBe(text);
});

it('leaves text and colours as they are', () => {
  for (const line of ['', 'a <b> & c\t1', '\x1b[31mred\x1b[0m', 'Windows\r', 'Windows\r\r'])
    expect(movesInLine(line)).toBe(false);
});

it('keeps to each character the colour that it was printed in, and to what follows the last one', () => {
  const pieces = piecesOf(settled('\x1b[32mabc\r\x1b[1mx\x1b[0m', { colour: 4 }), { colour: 4 });
  expect(pieces).toEqual([
    { text: 'x', style: { colour: 2, bold: true } },
    { text: 'bc', style: { colour: 2 } },
  ]);
  expect(piecesOf(`${settled('ab\r\x1b[31mx', { colour: 4 })}y`, { colour: 4 })).toEqual([
    { text: 'x', style: { colour: 1 } },
    { text: 'b', style: { colour: 4 } },
    { text: 'y', style: { colour: 1 } },
  ]);
});

it('takes little room, however far a cursor is sent', () => {
  expect(settled('\x1b[999999999Gx\x1b[999999999Cy', PLAIN).length).toBeLessThan(25_000);
  expect(settled(`a\r\x1b[999999999@b\x1b[999999999P`, PLAIN).length).toBeLessThan(25_000);
});

const COLUMNS = 400;
const parts = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.string({
        unit: fc.constantFrom('a', 'b', '1', ' ', 'é', '漢'),
        minLength: 1,
        maxLength: 6,
      }),
    },
    fc.constantFrom('\r', '\b', '\t', '\x1b[31m', '\x1b[0m', '\x1b]0;t\x07', '\x1b[?25l'),
    fc
      .tuple(fc.constantFrom('G', 'K', 'C', 'D', 'X', 'P', '@'), fc.constantFrom('', '0', '1', '2', '3', '9'))
      .map(([letter, number]) => `\x1b[${number}${letter}`),
  ),
  { maxLength: 20 },
);

async function onTerminal(line: string): Promise<string> {
  const terminal = new Terminal({ cols: COLUMNS, rows: 2, allowProposedApi: true });
  await new Promise<void>((done) => {
    terminal.write(line, done);
  });
  const text = terminal.buffer.active.getLine(0)?.translateToString(true) ?? '';
  terminal.dispose();
  return text.trimEnd();
}

it('shows what a terminal of unlimited width shows, wherever the line was settled on its way', async () => {
  await fc.assert(
    fc.asyncProperty(parts, fc.nat(), async (written, cut) => {
      const line = written.join('');
      const expected = await onTerminal(line);
      expect(shown(line).trimEnd()).toBe(expected);
      const at = cut % (written.length + 1);
      const begun = settledSoFar(written.slice(0, at).join(''), PLAIN);
      expect(shown(begun + written.slice(at).join('')).trimEnd()).toBe(expected);
    }),
    { numRuns: 1_000 },
  );
});
