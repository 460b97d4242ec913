import { Rate } from './rate.js';

test('a caller may ask so many times at once, and then has to wait for one after the other', () => {
  const rate = new Rate(4);
  expect([1, 2, 3, 4, 5, 6].map(() => rate.take('a', 1000))).toEqual([0, 0, 0, 0, 250, 250]);
  expect(rate.take('a', 1249)).toBe(1);
  expect(rate.take('a', 1250)).toBe(0);
  expect(rate.take('a', 1250)).toBe(250);
});

test('a rate of one lets one in a second', () => {
  const rate = new Rate(1);
  expect([0, 1, 999, 1000].map((now) => rate.take('a', now))).toEqual([0, 999, 1, 0]);
});

test('over any second no more than twice the rate come through, and over a minute no more than the rate', () => {
  const rate = new Rate(10);
  let taken = 0;
  for (let now = 0; now < 60_000; now += 5) if (rate.take('a', now) === 0) taken += 1;
  expect(taken).toBeLessThanOrEqual(60 * 10 + 10);
  expect(taken).toBeGreaterThanOrEqual(60 * 10);
});

test('one caller’s haste is not another’s', () => {
  const rate = new Rate(1);
  rate.take('a', 0);
  expect(rate.take('a', 0)).toBeGreaterThan(0);
  expect(rate.take('b', 0)).toBe(0);
});

test('who was quiet has no more than the first time', () => {
  const rate = new Rate(2);
  rate.take('a', 0);
  expect([1, 2, 3].map(() => rate.take('a', 100_000) === 0)).toEqual([true, true, false]);
});

test('thirty thousand callers are kept as ten thousand, and none of them is refused', () => {
  const rate = new Rate(1);
  for (let caller = 0; caller < 30_000; caller += 1)
    if (rate.take(String(caller), 0) > 0) throw new Error(`${caller} was refused`);
  expect(rate.callers).toBe(10_000);
});

test('who asks on is remembered while others come and go', () => {
  const rate = new Rate(1);
  rate.take('a', 0);
  for (let caller = 0; caller < 50_000; caller += 1) {
    rate.take(String(caller), 0);
    if (caller % 1000 === 0 && rate.take('a', 0) === 0) throw new Error('it was forgotten');
  }
});
