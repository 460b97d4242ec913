import { hasControls, piecesOf, PLAIN, plainOf, sequenceOf, styleBehind } from './ansi.js';

const shown = (line: string) => piecesOf(line, PLAIN).map(({ text, style }) => [text, style]);

it('leaves a plain line as it is', () => {
  expect(shown('a <b> & c\t1')).toEqual([['a <b> & c\t1', {}]]);
  expect(shown('')).toEqual([]);
  expect(hasControls('tabs\tare none, ü and 😀 neither')).toBe(false);
});

it('colours what stands between the sequences', () => {
  expect(shown('a\x1b[31mb\x1b[1;42mc\x1b[0md\x1b[me')).toEqual([
    ['a', {}],
    ['b', { colour: 1 }],
    ['c', { colour: 1, background: 2, bold: true }],
    ['d', {}],
    ['e', {}],
  ]);
});

it.each([
  ['\x1b[91mx', { colour: 9 }],
  ['\x1b[107mx', { background: 15 }],
  ['\x1b[38;5;9mx', { colour: 9 }],
  ['\x1b[38;5;196mx', { colour: '#ff0000' }],
  ['\x1b[48;5;244mx', { background: '#808080' }],
  ['\x1b[38;2;1;2;3mx', { colour: '#010203' }],
  ['\x1b[38:2:1:2:300mx', { colour: '#0102ff' }],
  ['\x1b[38;5;999mx', {}],
  ['\x1b[38mx', {}],
  ['\x1b[31;39mx', {}],
  ['\x1b[44;49mx', {}],
  ['\x1b[1;2;22mx', { bold: false, dim: false }],
  ['\x1b[3;4;7;9mx', { italic: true, underline: true, inverse: true, strike: true }],
  ['\x1b[77mx', {}],
  ['\x1b[38;5;1;4mx', { colour: 1, underline: true }],
])('understands %j', (line, style) => {
  expect(shown(line)).toEqual([['x', style]]);
});

it.each([
  ['a cursor that moves', 'a\x1b[2Kb\x1b[10;10Hc\x1b[?25ld', 'abcd'],
  ['a title', 'a\x1b]0;title\x07b', 'ab'],
  ['a link', '\x1b]8;;https://evil.example\x1b\\text\x1b]8;;\x1b\\', 'text'],
  ['a charset', 'a\x1b(Bb', 'ab'],
  ['a device string', 'a\x1bPq#0\x1b\\b', 'ab'],
  ['control characters', 'a\0\x07\x08b\x7f', 'ab'],
  ['a lone escape', 'a\x1b', 'a'],
  ['a sequence without an end', 'a\x1b[31', 'a31'],
])('leaves out %s', (_what, line, text) => {
  expect(plainOf(line)).toBe(text);
  const pieces = piecesOf(line, PLAIN).map((piece) => piece.text);
  expect(pieces.join('')).toBe(text);
});

it('marks what cannot be seen, in pieces as in the text, and leaves it in sequences that are left out', () => {
  const line = 'nice\u202e\x1b[31mexe\u200b.\x1b]0;\u202e\x07png 👩\u200d🚀 \u{e0041}';
  expect(hasControls('a\u202eb')).toBe(true);
  expect(plainOf(line)).toBe('nice\ufffdexe\ufffd.png 👩\u200d🚀 \ufffd');
  expect(shown(line)).toEqual([
    ['nice\ufffd', {}],
    ['exe\ufffd.', { colour: 1 }],
    ['png 👩\u200d🚀 \ufffd', { colour: 1 }],
  ]);
});

it('says by which sequence a style holds again', () => {
  for (const style of [
    PLAIN,
    { colour: 1, background: 12, bold: true },
    { colour: '#0102ff', dim: true, inverse: true },
    { background: '#808080', italic: true, underline: true, strike: true },
  ])
    expect(shown(`\x1b[7;9;33m${sequenceOf(style)}x`)).toEqual([['x', style]]);
});

it('carries a style from line to line', () => {
  const style = styleBehind('a\x1b[31mb\x1b[1m', PLAIN);
  expect(piecesOf('c', style)).toEqual([{ text: 'c', style: { colour: 1, bold: true } }]);
  expect(styleBehind('nothing', style)).toBe(style);
});

it('needs no more time than there is text, whatever the text is', () => {
  const evil = ['\x1b[', '\x1b]', ';'.repeat(9), '\x1b', '\x1b[3'].map((one) => one.repeat(100_000));
  for (const text of evil) expect(typeof plainOf(text)).toBe('string');
});
