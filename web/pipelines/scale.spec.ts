import { median, scaleFor } from './scale.js';

it.each([
  [0, 0.001, [0, 0.001]],
  [0.32, 0.4, [0, 0.1, 0.2, 0.3, 0.4]],
  [1, 1, [0, 0.5, 1]],
  [3, 3, [0, 1, 2, 3]],
  [47, 60, [0, 15, 30, 45, 60]],
  [100, 120, [0, 30, 60, 90, 120]],
  [7000, 7200, [0, 1800, 3600, 5400, 7200]],
])('has round numbers up to %d seconds', (longest, top, ticks) => {
  expect(scaleFor(longest)).toEqual({ top, ticks });
});

it('has no line between two seconds where no more is known', () => {
  expect(scaleFor(1, 1)).toEqual({ top: 1, ticks: [0, 1] });
  expect(scaleFor(0, 1)).toEqual({ top: 1, ticks: [0, 1] });
});

it('reaches above whatever there is, in few steps', () => {
  for (let longest = 0; longest < 5e6; longest = longest * 1.3 + 0.003) {
    const { top, ticks } = scaleFor(longest);
    expect(top).toBeGreaterThanOrEqual(longest);
    expect(ticks.length).toBeLessThan(7);
  }
});

it('knows the middle of an odd and of an even number, and of none', () => {
  expect([median([3, 1, 2]), median([4, 1, 2, 3]), median([])]).toEqual([2, 2.5, null]);
});
