import { clockTime, duration, exact, relative, roughly, secondsBetween } from './time.js';

it.each([
  [-3, '<1 s'],
  [0, '<1 s'],
  [0.0126, '13 ms'],
  [0.32, '320 ms'],
  [0.9996, '1 s'],
  [1.04, '1 s'],
  [1.46, '1.5 s'],
  [9.96, '10 s'],
  [12.4, '12 s'],
  [59.4, '59 s'],
  [59.6, '1 min'],
  [80, '1 min 20 s'],
  [3600, '1 h'],
  [3960, '1 h 6 min'],
  [97_200, '1 d 3 h'],
])('says a duration of %d seconds as %s', (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});

it.each([
  [3, 'a few seconds'],
  [31, 'about 40 s'],
  [58, 'about 1 min'],
  [140, 'about 2 min'],
  [5000, 'about 1 h 20 min'],
  [200_000, 'about 2 d'],
])('says an estimate of %d seconds as %s', (seconds, text) => {
  expect(roughly(seconds)).toBe(text);
});

it.each([
  [2, 'just now'],
  [-2, 'just now'],
  [42, '42 s ago'],
  [-42, 'in 42 s'],
  [61, '1 min ago'],
  [7300, '2 h ago'],
  [90_000, '1 d ago'],
])('says %d seconds ago as %s', (seconds, text) => {
  const now = Date.parse('2026-03-04T05:06:07Z');
  expect(relative(now - seconds * 1000, now)).toBe(text);
});

it('says the day of what is older than a week, and the year where it is another one', () => {
  const now = Date.parse('2026-03-24T12:00:00Z');
  expect(relative(Date.parse('2026-03-04T12:00:00Z'), now)).not.toMatch(/2026|ago/);
  expect(relative(Date.parse('2024-03-04T12:00:00Z'), now)).toMatch(/2024/);
});

it('says an exact time to the second, with its zone', () => {
  expect(exact(Date.parse('2026-03-04T05:06:07Z'))).toMatch(/2026.*:06:07.*(UTC|GMT|[A-Z]{2,})/);
});

it('counts seconds between two times, and until now', () => {
  expect(secondsBetween('2026-03-04T05:06:07Z', '2026-03-04T05:07:07Z')).toBe(60);
  expect(secondsBetween('2026-03-04T05:06:07Z', Date.parse('2026-03-04T05:06:08.5Z'))).toBe(1.5);
});

it('says when a line was written to the millisecond', () => {
  expect(clockTime(new Date(2026, 0, 2, 3, 4, 5, 6).getTime())).toBe('03:04:05.006');
});
