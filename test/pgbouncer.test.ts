import { Target } from '../src/database/connect/target.js';
import { openConnections } from '../src/database/connections.js';
import { Listener } from '../src/database/listener.js';
import type { Queryable } from '../src/database/pool.js';
import { freshDatabase, withClient } from './support/database.js';
import { PgBouncer, pgBouncerTest } from './support/pgbouncer.js';
import { pipelinesFolder, taskStates, TestService } from './support/service.js';

const HOLDFAST_PATH = pipelinesFolder(
  'pipelines: { p: { concurrency: 100, tasks: { t: { script: [echo hi] } } } }',
);

const startOn = (url: string, env: Record<string, string> = {}) =>
  new TestService({ DATABASE_URL: url, HOLDFAST_PATH, ...env });

describe('PgBouncer that holds sessions', () => {
  pgBouncerTest('runs jobs with its default configuration', async () => {
    const url = await freshDatabase();
    const pgBouncer = await PgBouncer.open(url);
    const services = ['api', 'worker'].map((role) => startOn(pgBouncer.url, { HOLDFAST_ROLE: role }));
    const [api] = services as [TestService];
    const ids = await Promise.all(Array.from({ length: 50 }, () => api.schedule('p')));
    for (const id of ids) expect(taskStates(await api.completed(id))).toEqual({ t: 'done' });
    expect((await api.get('/health/ready')).status).toBe(200);
    const needed = services.map(({ output }) => Number(/give this process (\d+) sessions/.exec(output)?.[1]));
    expect(needed).toEqual([9, 10]);
    for (const service of services) expect(await service.stop()).toBe(0);
  });

  pgBouncerTest('keeps all tables in the schema of the address, which has options too', async () => {
    const url = await freshDatabase();
    const pgBouncer = await PgBouncer.open(url);
    const service = startOn(`${pgBouncer.url}?schema=own&options=-c%20work_mem%3D7MB`);
    const id = await service.schedule('p');
    await service.completed(id);
    const { rows } = await withClient(url, (client) =>
      client.query(
        'SELECT (SELECT count(*)::int FROM own.jobs) AS own, (SELECT count(*)::int FROM public.jobs) AS public',
      ),
    );
    expect(rows).toEqual([{ own: 1, public: 0 }]);
    expect(await service.stop()).toBe(0);
  });
});

describe('the connections of a process behind PgBouncer', () => {
  const SETTINGS = [
    'statement_timeout',
    'lock_timeout',
    'idle_in_transaction_session_timeout',
    'work_mem',
    'search_path',
  ];

  pgBouncerTest('each have the limits of their part, and the settings of their address', async () => {
    const pgBouncer = await PgBouncer.open(await freshDatabase());
    const target = Target.of(`${pgBouncer.url}?schema=own&options=-c%20work_mem%3D7MB`);
    const beatMs = 5_000;
    const listener = new Listener(target);
    const sizes = { apiConnections: 2, workerConnections: 2 };
    const connections = await openConnections(target, { ...sizes, role: 'all', beatMs, listener });
    const { api, worker, background } = connections;
    const settingsOf = async (on: Queryable | undefined) => {
      const text = `SELECT name, current_setting(name) AS value FROM unnest($1::text[]) AS name`;
      const { rows } = (await on?.query<{ name: string; value: string }>({ text, values: [SETTINGS] })) ?? {};
      return Object.fromEntries((rows ?? []).map(({ name, value }) => [name, value]));
    };
    const expected = ([statement, lock, idle]: readonly string[]) => ({
      statement_timeout: statement,
      lock_timeout: lock,
      idle_in_transaction_session_timeout: idle,
      work_mem: '7MB',
      search_path: '"own"',
    });
    expect(await settingsOf(api?.pool)).toEqual(expected(['6s', '4s', '5s']));
    expect(await settingsOf(worker?.database.pool)).toEqual(expected(['31s', '15s', '10s']));
    expect(await settingsOf(worker?.heartbeat)).toEqual(expected(['6s', '5s', '5s']));
    expect(await settingsOf(background.pool)).toEqual(expected(['31s', '15s', '10s']));
    await connections.close();
    // PgBouncer gives its sessions to the next client without them.
    const after = await withClient(pgBouncer.url, (client) => settingsOf(client));
    expect(after).toMatchObject({ statement_timeout: '0', lock_timeout: '0', work_mem: '4MB' });
  });
});

describe.each(['transaction', 'statement'])('PgBouncer with pool_mode=%s', (pool_mode) => {
  pgBouncerTest('is refused by name, at once', async () => {
    const pgBouncer = await PgBouncer.open(await freshDatabase(), { pool_mode });
    const service = startOn(pgBouncer.url);
    expect(await service.exited).toBe(1);
    const { host } = new URL(pgBouncer.url);
    expect(service.output.trim().split('\n')).toEqual([
      expect.stringMatching(
        new RegExp(
          `^holdfast: the database at ${host}/test_\\w+ \\(DATABASE_URL\\) cannot be used: a connection pooler in front of it shares sessions .*pool_mode=session`,
        ),
      ),
    ]);
  });

  pgBouncerTest('is refused also while others use it', async () => {
    const url = await freshDatabase();
    const pgBouncer = await PgBouncer.open(url, { pool_mode, server_round_robin: '1' });
    let isOver = false;
    const others = Array.from({ length: 5 }, () =>
      withClient(pgBouncer.url, async (client) => {
        while (!isOver) await client.query('SELECT pg_sleep(random() / 1000)');
      }),
    );
    const service = startOn(pgBouncer.url);
    expect(await service.exited).toBe(1);
    expect(service.output).toContain('shares sessions');
    isOver = true;
    await Promise.all(others);
  });

  pgBouncerTest('leaves no setting in a session of others', async () => {
    const url = await freshDatabase();
    const pgBouncer = await PgBouncer.open(url, { pool_mode, default_pool_size: '1' });
    const service = startOn(`${pgBouncer.url}?schema=own&options=-c%20work_mem%3D7MB`);
    expect(await service.exited).toBe(1);
    const { rows } = await withClient(pgBouncer.url, (client) =>
      client.query(`SELECT current_setting('search_path') AS path, current_setting('work_mem') AS memory`),
    );
    expect(rows).toEqual([{ path: '"$user", public', memory: '4MB' }]);
  });
});
