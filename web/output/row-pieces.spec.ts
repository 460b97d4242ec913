import { matcherOf } from './find-lines.js';
import { rowPieces } from './row-pieces.js';

const red = { colour: 1 };
const pieces = [
  { text: 'abc', style: {} },
  { text: 'defg', style: red },
  { text: 'hi', style: {} },
];
const drawn = (from: number, to: number, wanted = '') =>
  rowPieces(pieces, { from, to }, matcherOf(wanted)).map(({ text, style, isMarked }) =>
    [style === red ? 'red ' : '', text, isMarked ? '!' : ''].join(''),
  );

it('is a whole line where lines are not cut', () => {
  expect(drawn(0, Infinity)).toEqual(['abc', 'red defg', 'hi']);
});

it('is a part of it where they are', () => {
  expect([drawn(0, 4), drawn(4, 8), drawn(8, 12)]).toEqual([['abc', 'red d'], ['red efg', 'h'], ['i']]);
});

it('marks what was looked for, over changes of colour and ends of rows', () => {
  expect(drawn(0, Infinity, 'BCDE')).toEqual(['a', 'bc!', 'red de!', 'red fg', 'hi']);
  expect(drawn(4, 8, 'cde')).toEqual(['red e!', 'red fg', 'h']);
  expect(drawn(0, Infinity, 'nope')).toEqual(['abc', 'red defg', 'hi']);
});
