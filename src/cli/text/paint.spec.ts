import { paintFor, signOf, type Status, wordOf } from './paint.js';

it.each([true, false])('shows a status that a newer service has by its word, with colors: %s', (colors) => {
  const paint = paintFor(colors);
  const newer = 'paused' as Status;
  expect(wordOf(newer, paint)).toContain('paused');
  expect(signOf(newer, paint)).toContain('?');
});
