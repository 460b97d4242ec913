import { instantIn } from './since.js';

const NOW = Date.parse('2026-11-25T12:00:00Z');

it.each([
  ['2026-11-23T10:00:00Z', '2026-11-23T10:00:00Z'],
  ['2026-11-23T10:00:00+02:00', '2026-11-23T10:00:00+02:00'],
  ['2h', '2026-11-25T10:00:00.000Z'],
  ['3d', '2026-11-22T12:00:00.000Z'],
  ['2026-11-23', new Date(2026, 10, 23).toISOString()],
])('takes %s', (text, instant) => {
  expect(instantIn('--from', text, NOW)).toBe(instant);
});

it.each(['', 'noon', '2026-13-01', '2026-11-23T10:00', '5', '290y'])('says that %j is none', (text) => {
  expect(() => instantIn('--from', text, NOW)).toThrow(`--from ${text}: expected`);
});
