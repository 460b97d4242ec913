import { appendFileSync, mkdtempSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { INVALID_ENTRIES } from './driver.js';
import { InvalidEntries } from './invalid-entries.js';

let folder: string;
let entries: InvalidEntries;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'invalid-entries-'));
  entries = new InvalidEntries(folder);
  entries.open(null);
});

const write = (text: string) => {
  appendFileSync(join(folder, INVALID_ENTRIES), text);
};

it('tells once what a bash has written, and nothing of others', () => {
  write('\n12 3\n\n123 1\n');
  expect([entries.take(1), entries.take(12), entries.take(12), entries.take(123)]).toEqual([
    null,
    3,
    null,
    1,
  ]);
});

it('takes nothing else for a number', () => {
  write('12\n12 \n12 x\n12 -1\n 12 1\n12 1 1\n12 1e3\n');
  expect(entries.take(12)).toBe(null);
});

it('finds what a bash has written behind a flood, also where that has no end of a line', () => {
  write(`${'12 1\n'.repeat(100_000)}12`);
  write('\n13 2\n');
  expect(entries.take(13)).toBe(2);
});

it('keeps the file short, and goes on in it', () => {
  write('12 1\n'.repeat(300_000));
  expect(entries.take(12)).toBe(1);
  expect(statSync(join(folder, INVALID_ENTRIES)).size).toBe(0);
  write('\n12 2\n');
  expect(entries.take(12)).toBe(2);
});

it('goes on in a file that a script has cut or made long', () => {
  const file = join(folder, INVALID_ENTRIES);
  write('12 1\n12 2\n');
  expect(entries.take(12)).toBe(2);
  truncateSync(file, 0);
  expect(entries.take(12)).toBe(null);
  write('12 3\n');
  expect(entries.take(12)).toBe(3);
  truncateSync(file, 2 ** 40);
  expect(entries.take(12)).toBe(null);
  write('\n12 4\n');
  expect(entries.take(12)).toBe(4);
});

it('remembers the newest of very many bashes', () => {
  write(Array.from({ length: 3_000 }, (_, pid) => `${pid + 1} 1\n`).join(''));
  expect([entries.take(1), entries.take(3_000)]).toEqual([null, 1]);
});

it('goes on in a new file where somebody has removed the old one', () => {
  rmSync(join(folder, INVALID_ENTRIES));
  entries.open(null);
  write('\n12 1\n');
  expect(entries.take(12)).toBe(1);
});
