import pg from 'pg';
import { openPool } from '../src/database/pool.js';
import { freshDatabase, withClient } from './support/database.js';
import { Proxy } from './support/proxy.js';
import { until } from './support/wait.js';

let url: string;
let proxy: Proxy;
beforeAll(async () => {
  url = await freshDatabase();
  await withClient(url, (client) => client.query('CREATE TABLE kept (x int)'));
});
beforeEach(async () => {
  await withClient(url, (client) => client.query('TRUNCATE kept'));
  proxy = await Proxy.open(url);
});
afterEach(() => {
  proxy.close();
});

const kept = () =>
  withClient(url, async (client) => {
    const { rows } = await client.query<{ x: number }>('SELECT x FROM kept ORDER BY x');
    return rows.map(({ x }) => x);
  });
const insert = (x: number) => ({ name: 'insert', text: 'INSERT INTO kept VALUES ($1)', values: [x] });

async function withPool<T>(use: (pool: pg.Pool) => Promise<T>, name = 'test'): Promise<T> {
  const pool = openPool(proxy.url, { name, size: 2 });
  try {
    return await use(pool);
  } finally {
    await pool.close();
  }
}

describe('the proxy', () => {
  test('passes what is larger than a packet', () =>
    withPool(async (pool) => {
      const text = 'x'.repeat(5_000_000);
      const { rows } = await pool.query<{ text: string }>('SELECT $1::text || $1 AS text', [text]);
      expect(rows[0]?.text).toBe(text + text);
    }));

  test('loses the reply of a commit that has come through', () =>
    withPool(async (pool) => {
      const lost = proxy.loseReplies(/^COMMIT/);
      const client = await pool.connect();
      client.on('error', () => undefined);
      await client.query('BEGIN');
      await client.query(insert(1));
      await expect(client.query('COMMIT')).rejects.toThrow();
      client.release(true);
      await lost;
      expect(await kept()).toEqual([1]);
      await pool.query(insert(2));
      expect(await kept()).toEqual([1, 2]);
    }));

  test('loses replies by the text of a statement that was prepared long before, and only so often', () =>
    withPool(async (pool) => {
      await pool.query(insert(1));
      const lost = proxy.loseReplies((text) => text.includes('INTO kept'), 2);
      await expect(pool.query(insert(2))).rejects.toThrow();
      await expect(pool.query(insert(3))).rejects.toThrow();
      await lost;
      await pool.query(insert(4));
      expect(await kept()).toEqual([1, 2, 3, 4]);
    }));

  test('swallows what it is told to, keeps it swallowed, and lets others through', () =>
    withPool(async (pool) => {
      await withPool(async (other) => {
        await Promise.all([pool.query(insert(1)), other.query(insert(2))]);
        proxy.swallow('mine');
        expect(proxy.connections('mine')).toBe(1);
        const swallowed = pool.query(insert(3));
        await other.query(insert(4));
        proxy.pass();
        (pool as ReturnType<typeof openPool>).drop();
        await expect(swallowed).rejects.toThrow('Connection terminated unexpectedly');
        await pool.query(insert(5));
      }, 'other');
      expect(await kept()).toEqual([1, 2, 4, 5]);
    }, 'mine'));

  test('refuses until it passes again', () =>
    withPool(async (pool) => {
      await pool.query(insert(1));
      proxy.refuse();
      await expect(pool.query(insert(2))).rejects.toThrow();
      await expect(pool.query(insert(3))).rejects.toThrow();
      proxy.pass();
      await until('it passes', () => pool.query(insert(4)));
      expect(await kept()).toEqual([1, 4]);
    }));

  test('passes slowly what it passes', () =>
    withPool(async (pool) => {
      proxy.slow({ bytesPerSecond: 1_000_000, delayMs: 1 });
      const text = 'x'.repeat(100_000);
      const { rows } = await pool.query<{ text: string }>('SELECT $1::text AS text', [text]);
      expect(rows[0]?.text).toBe(text);
    }));
});
