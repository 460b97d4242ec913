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
