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

  pgBouncerTest('gives each connection its limits, its schema and the settings of its address', async () => {
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
