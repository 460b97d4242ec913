import { LineStore } from './line-store.js';
import { Rows } from './rows.js';

function storeOf(text: string): LineStore {
  const store = new LineStore();
  store.append(text, 'stdout');
  return store;
}

it('has a row a line where lines are not cut', () => {
  const rows = new Rows(storeOf('a\nbbbbbbbb\nc'), null);
  expect([rows.count(), rows.at(2), rows.of(1)]).toEqual([3, { line: 2, part: 0 }, 1]);
});

it('has as many rows as a line is wide, one for an empty one, and none for colours', () => {
  const rows = new Rows(storeOf('12345678\n\n\x1b[31m123\x1b[0m\n1234'), 3);
  expect(rows.count()).toBe(3 + 1 + 1 + 2);
  expect(Array.from({ length: 7 }, (_, row) => [rows.at(row).line, rows.at(row).part])).toEqual([
    [0, 0],
    [0, 1],
    [0, 2],
    [1, 0],
    [2, 0],
    [3, 0],
    [3, 1],
  ]);
  expect([0, 1, 2, 3].map((line) => rows.of(line))).toEqual([0, 3, 4, 5]);
});

it('agrees with itself over many lines, also while they grow', () => {
  const store = new LineStore();
  const rows = new Rows(store, 10);
  for (let round = 0; round < 30; round += 1) {
    for (let index = 0; index < 100; index += 1) store.append(`${'x'.repeat((index * 7) % 43)}\n`, 'stdout');
    store.append('unended', 'stdout');
    const count = rows.count();
    for (const row of [0, Math.floor(count / 3), Math.floor(count / 2), count - 1]) {
      const { line, part } = rows.at(row);
      expect(rows.of(line) + part).toBe(row);
    }
  }
});
