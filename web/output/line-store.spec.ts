import type { OutputStream } from '../api/types.js';
import { LineStore, LONGEST_LINE } from './line-store.js';

function storeOf(...parts: (string | [string, OutputStream])[]): LineStore {
  const store = new LineStore();
  for (const part of parts) {
    if (typeof part === 'string') store.append(part, 'stdout');
    else store.append(...part);
  }
  return store;
}
const linesOf = (store: LineStore) =>
  Array.from({ length: store.count }, (_, index) => store.line(index).text);

it('has the lines of what was appended, wherever it was cut', () => {
  const text = 'one\n\ntwo\r\nthree';
  for (let cut = 0; cut <= text.length; cut += 1) {
    expect(linesOf(storeOf(text.slice(0, cut), text.slice(cut)))).toEqual(['one', '', 'two\r', 'three']);
  }
});

it('counts a line that has not ended, and says how many have', () => {
  const store = storeOf('one\ntw');
  expect([store.ended, store.count]).toEqual([1, 2]);
  store.append('o\n', 'stdout');
  expect([store.ended, store.count, linesOf(store)]).toEqual([2, 2, ['one', 'two']]);
});

it('mixes no line of one stream into one of the other', () => {
  const store = storeOf('ou', ['er', 'stderr'], 't\n', ['r\n', 'stderr'], ['open', 'stderr'], 'also');
  expect(Array.from({ length: store.count }, (_, index) => store.line(index))).toMatchObject([
    { text: 'out', stream: 'stdout' },
    { text: 'err', stream: 'stderr' },
    { text: 'also', stream: 'stdout' },
    { text: 'open', stream: 'stderr' },
  ]);
});

it('carries colours from line to line of the same stream, over the ends of chunks too', () => {
  const long = `${'x'.repeat(100)}\n`.repeat(1400);
  const store = storeOf('\x1b[31mred\n', ['plain\n', 'stderr'], long, long, 'still red\n\x1b[0mnot\n');
  expect(store.line(0).style).toEqual({});
  expect(store.line(1).style).toEqual({});
  expect(store.line(store.count - 2)).toMatchObject({ text: 'still red', style: { colour: 1 } });
  expect(store.pieces(store.count - 1)).toEqual([{ text: 'not', style: {} }]);
});

it('shows a line that is too long as several, and cuts no character in two', () => {
  const text = `a${'😀'.repeat(LONGEST_LINE)}`;
  const store = storeOf(`${text}\nshort\n`);
  const lines = linesOf(store);
  expect(lines.slice(0, -1).join('')).toBe(text);
  expect(lines.at(-1)).toBe('short');
  expect(lines.every((line) => line.length <= LONGEST_LINE && line.isWellFormed())).toBe(true);
});

it('does not wait for the end of a line that has none', () => {
  const store = new LineStore();
  for (let index = 0; index < 100; index += 1) store.append('x'.repeat(1000), 'stdout');
  expect(store.ended).toBeGreaterThan(15);
  expect(linesOf(store).join('')).toHaveLength(100_000);
});

it('finds any of a million lines at once', () => {
  const store = new LineStore();
  const piece = Array.from({ length: 1000 }, (_, index) => `line ${index} of some length\n`).join('');
  for (let index = 0; index < 1000; index += 1) store.append(piece, 'stdout');
  expect(store.count).toBe(1_000_000);
  for (const index of [0, 1, 999, 500_500, 999_999]) {
    expect(store.plain(index)).toBe(`line ${index % 1000} of some length`);
  }
});

it('has nothing where there is no line', () => {
  const store = storeOf('a\n');
  expect([store.line(-1).text, store.line(7).text]).toEqual(['', '']);
});

it('knows how long each line is to be seen', () => {
  const store = storeOf('12345\n\x1b[31m123\x1b[0m\n\n', ['é\r\n', 'stderr'], 'ab\x1b[1mc');
  expect(Array.from({ length: store.count }, (_, index) => store.width(index))).toEqual([5, 3, 0, 1, 3]);
});

it('keeps when the end of each line came, where that is known', () => {
  const store = new LineStore();
  store.append('one\ntw', 'stdout', 1000);
  store.append('err\n', 'stderr', 2000);
  store.append('o\n', 'stdout', 3000);
  store.append('old\n', 'stdout');
  store.append('open', 'stdout', 4000);
  expect(
    Array.from({ length: store.count }, (_, index) => store.line(index)).map(({ text, at }) => [text, at]),
  ).toEqual([
    ['one', 1000],
    ['err', 2000],
    ['two', 3000],
    ['old', null],
    ['open', 4000],
  ]);
});

/** S6 of the cases. */
const bar = (step: number) =>
  `\r${String(step).padStart(4)}/2000 [${'#'.repeat(Math.floor(step / 67) + 1).padEnd(30)}]`;
const LAST = '2000/2000 [##############################]';

it('shows a progress bar as one line with its last state, however it comes in pieces', () => {
  const all = Array.from({ length: 2_000 }, (_, index) => bar(index + 1)).join('');
  for (const size of [all.length, 4_096, 1_000, 37]) {
    const store = new LineStore();
    for (let at = 0; at < all.length; at += size) store.append(all.slice(at, at + size), 'stdout');
    expect([store.count, store.plain(0), store.width(0)]).toEqual([1, LAST, LAST.length]);
    store.append('\ndone\n', 'stdout');
    expect([store.count, store.plain(0), store.plain(1)]).toEqual([2, LAST, 'done']);
  }
});

it('keeps little of a line that is printed over and over', () => {
  const store = new LineStore();
  const piece = Array.from({ length: 2_000 }, (_, index) => bar(index + 1)).join('');
  for (let round = 0; round < 50; round += 1) store.append(piece, 'stdout');
  expect(store.line(0).text.length).toBeLessThan(100);
});

it('shows of each line what a terminal would, and carries the colours that it would', () => {
  const store = storeOf('plain\n\x1b[31mabc\rx\n', 'red a\x1b[2K\x1b[1Gb\n', 'lines\r\n');
  expect(Array.from({ length: store.count }, (_, index) => store.pieces(index))).toEqual([
    [{ text: 'plain', style: {} }],
    [{ text: 'xbc', style: { colour: 1 } }],
    [{ text: 'b', style: { colour: 1 } }],
    [{ text: 'lines', style: { colour: 1 } }],
  ]);
});

it('cuts a long line at a space where there is one, and in no sequence', () => {
  const words = `${'word '.repeat(3_000)}\n`;
  const lines = linesOf(storeOf(words));
  expect(lines.length).toBeGreaterThan(1);
  for (const line of lines) expect(line).toMatch(/^(word )+$/);
  const coloured = storeOf(`${'x'.repeat(LONGEST_LINE - 3)}\x1b[38;2;1;2;3m${'y'.repeat(100)}\n`);
  const plain = Array.from({ length: coloured.count }, (_, index) => coloured.plain(index)).join('');
  expect(plain).toBe(`${'x'.repeat(LONGEST_LINE - 3)}${'y'.repeat(100)}`);
});
