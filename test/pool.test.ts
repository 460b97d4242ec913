import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { type Guard, openPool } from '../src/database/pool.js';
import { inTransaction } from '../src/database/transaction.js';
import { freshDatabase } from './support/database.js';

/** Ends a connection as soon as its statement has, and returns when it is gone. */
const END = `
  import pg from 'pg';
  const [url, pid] = process.argv.slice(1);
  const client = new pg.Client(url);
  await client.connect();
  const wait = async (state) => {
    while ((await client.query('SELECT FROM pg_stat_activity WHERE pid = $1' + state, [pid])).rowCount > 0);
  };
  await wait(" AND state = 'active'");
  await client.query('SELECT pg_terminate_backend($1)', [pid]);
  await wait('');
  await client.end();`;

test('a connection that ends in the same breath in which it is handed on fails who gets it, and ends nobody', async () => {
  const url = await freshDatabase();
  const pool = openPool(url, { name: 'handed on', size: 1 });
  const { rows } = await pool.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  const before = pool.query('SELECT pg_sleep(0.2)');
  const handedOn = pool.connect();
  await new Promise((done) => setImmediate(done));
  // Nothing is read meanwhile, so that the answer and the end are read at once.
  execFileSync(process.execPath, ['--input-type=module', '--eval', END, url, String(rows[0]?.pid)], {
    cwd: join(__dirname, '..'),
  });
  await before;
  const client = await handedOn;
  await expect(client.query('SELECT 1')).rejects.toThrow();
  client.release();
  expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  await pool.close();
});

test('a transaction that is refused while it waits for a connection does not begin later', async () => {
  let over = false;
  const guard: Guard = (work) => work(() => over);
  const pool = openPool(await freshDatabase(), { name: 'refused', size: 1, guard });
  const other = await pool.connect();
  let begun = false;
  const refused = inTransaction(pool, () => {
    begun = true;
    return Promise.resolve();
  });
  over = true;
  other.release();
  await expect(refused).rejects.toThrow('Database is not available');
  expect(begun).toBe(false);
  expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  await pool.close();
});
