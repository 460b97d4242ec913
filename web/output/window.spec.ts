import { heightOf, scrollFor, windowOf } from './window.js';

const frame = { height: 180, rowHeight: 18 };

it('has the rows that are seen, and some around them', () => {
  expect(windowOf(1000, { ...frame, scrollTop: 0 })).toEqual({ first: 0, last: 22, top: 0 });
  expect(windowOf(1000, { ...frame, scrollTop: 1809 })).toEqual({ first: 88, last: 123, top: 88 * 18 });
  expect(windowOf(3, { ...frame, scrollTop: 0 })).toEqual({ first: 0, last: 3, top: 0 });
});

it.each([10, 1000, 500_000, 1_000_000, 50_000_000])('leads to any of %d rows', (rows) => {
  const height = heightOf(rows, frame.rowHeight);
  expect(height).toBeLessThanOrEqual(10_000_000);
  for (const row of [0, 1, Math.floor(rows / 3), Math.floor(rows / 2), rows - 1]) {
    const scrollTop = scrollFor(row, rows, frame);
    expect(scrollTop).toBeGreaterThanOrEqual(0);
    expect(scrollTop).toBeLessThanOrEqual(Math.max(0, height - frame.height) + 1);
    const { first, last, top } = windowOf(rows, { ...frame, scrollTop });
    const drawnAt = top + (row - first) * frame.rowHeight;
    expect(row >= first && row < last).toBe(true);
    expect(drawnAt).toBeGreaterThanOrEqual(scrollTop - 1);
    expect(drawnAt).toBeLessThan(scrollTop + frame.height + 1);
  }
});

it('ends with the last row at the end of the way', () => {
  for (const rows of [1000, 5_000_000]) {
    const scrollTop = heightOf(rows, frame.rowHeight) - frame.height;
    const { first, last, top } = windowOf(rows, { ...frame, scrollTop });
    expect(last).toBe(rows);
    expect(top + (rows - first) * frame.rowHeight).toBeCloseTo(scrollTop + frame.height, 0);
  }
});
