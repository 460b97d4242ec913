import { fitted, widthOf } from './width.js';

it.each([
  ['', 0],
  ['plain', 5],
  ['grüße', 5],
  ['e\u0301', 1],
  ['├─ ✓', 4],
  ['日本語', 6],
  ['🚀', 2],
  ['👩‍👩‍👧', 2],
])('knows how wide %j is', (text, width) => {
  expect(widthOf(text)).toBe(width);
});

it.each([
  ['short', 5, 'short'],
  ['longer', 5, 'long…'],
  ['日本語', 5, '日本…'],
  ['日本語', 4, '日…'],
  ['any', 1, '…'],
  ['any', 0, ''],
])('fits %j into %d columns', (text, columns, shown) => {
  expect(fitted(text, columns)).toBe(shown);
});
