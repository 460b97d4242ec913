import { DatabaseClock } from './database-clock.js';

/** How far ahead of the monotonic clock it says the database is. */
const ahead = (clock: DatabaseClock) => clock.now() - performance.now();

it("follows the database's clock, not this machine's", () => {
  const clock = new DatabaseClock();
  clock.hear(5_000_100, 0, 200);
  expect(ahead(clock)).toBeCloseTo(5_000_000, 0);
});

it('is not led astray by answers that took long', () => {
  const clock = new DatabaseClock();
  clock.hear(5_000_001, 0, 2);
  clock.hear(5_010_900, 10_000, 11_000);
  expect(ahead(clock)).toBeCloseTo(5_000_000, 0);
});

it("follows a step of the database's clock, and time that this machine has slept through", () => {
  const clock = new DatabaseClock();
  clock.hear(5_000_001, 0, 2);
  clock.hear(9_000_011, 10, 12);
  expect(ahead(clock)).toBeCloseTo(9_000_000, -1);
});

it("is this machine's before the database has said anything", () => {
  expect(Math.abs(new DatabaseClock().now() - Date.now())).toBeLessThan(1_000);
});
