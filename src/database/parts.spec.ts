import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectionsOf, sizesOf } from './parts.js';
import { connectionsTable } from './parts.table.js';

const UNSET = { apiConnections: null, workerConnections: null };

/** Rows without the padding that the formatter adds. */
const rowsIn = (text: string) =>
  text
    .split('\n')
    .filter((line) => line.startsWith('|') && !/^[|\s:-]+$/.test(line))
    .map((line) => line.split('|').map((cell) => cell.trim()));

describe('connections of a process', () => {
  it('are as docs/guides/database.md has them; else: npm run docs', () => {
    const page = readFileSync(join(__dirname, '../../docs/guides/database.md'), 'utf8');
    const [, section = ''] = /<!-- connections -->(.*?)<!-- \/connections -->/s.exec(page) ?? [];
    expect(rowsIn(section)).toEqual(rowsIn(connectionsTable()));
  });

  it('are given by settings, where these are set', () => {
    const sizes = sizesOf({ apiConnections: 3, workerConnections: null }, false);
    expect(connectionsOf('all', sizes) - connectionsOf('all', sizesOf(UNSET, false))).toBe(3 - 10);
    expect(sizesOf({ apiConnections: 3, workerConnections: 7 }, true)).toEqual({
      apiConnections: 3,
      workerConnections: 7,
    });
  });

  it('of an API and a worker fit into the 20 sessions that PgBouncer has by default', () => {
    const sizes = sizesOf(UNSET, true);
    expect(connectionsOf('api', sizes) + connectionsOf('worker', sizes)).toBeLessThanOrEqual(20);
    expect(connectionsOf('all', sizes)).toBeLessThanOrEqual(20);
  });
});
