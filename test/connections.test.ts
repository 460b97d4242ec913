import { randomBytes } from 'node:crypto';
import type { Role } from '../src/config/settings.js';
import { connectionsOf, PARTS, type PartName, sizeOf } from '../src/database/parts.js';
import { openPool } from '../src/database/pool.js';
import { emptyDatabase, freshDatabase, withClient } from './support/database.js';
import { pipelinesFolder, taskStates, TestService } from './support/service.js';
import { EventStream } from './support/stream.js';
import { until } from './support/wait.js';

const HOLDFAST_PATH = pipelinesFolder(
  'pipelines: { p: { concurrency: 1000, tasks: { a: { script: [echo hi] }, b: { script: [echo hi] } } } }',
);

/** An empty database of a role that may open so many connections. */
async function limitedDatabase(
  limit: number,
): Promise<{ url: string; setLimit: (limit: number) => Promise<void> }> {
  const own = await emptyDatabase();
  const role = `role_${randomBytes(6).toString('hex')}`;
  const run = (sql: string) => withClient(own, (client) => client.query(sql));
  await run(`CREATE ROLE ${role} LOGIN PASSWORD 'x' CONNECTION LIMIT ${limit}`);
  await run(`ALTER DATABASE ${new URL(own).pathname.slice(1)} OWNER TO ${role}`);
  const url = new URL(own);
  [url.username, url.password] = [role, 'x'];
  const setLimit = async (to: number) => {
    await run(`ALTER ROLE ${role} CONNECTION LIMIT ${to}`);
  };
  return { url: url.href, setLimit };
}

describe('connections of a process', () => {
  const sizes = { apiConnections: 3, workerConnections: 4 };
  const settings = { HOLDFAST_API_CONNECTIONS: '3', HOLDFAST_WORKER_CONNECTIONS: '4' };

  /** Most connections of each part that were there at once. */
  const watch = (url: string, application: string) => {
    const most = new Map<string, number>();
    let isOver = false;
    const watching = withClient(url, async (client) => {
      while (!isOver) {
        const { rows } = await client.query<{ name: string; count: number }>(
          `SELECT split_part(application_name, ' ', 2) AS name, count(*)::int AS count
             FROM pg_stat_activity, pg_sleep(0.01)
            WHERE datname = current_database() AND application_name LIKE $1 GROUP BY 1`,
          [`${application} %`],
        );
        for (const { name, count } of [
          ...rows,
          { name: 'all', count: rows.reduce((sum, row) => sum + row.count, 0) },
        ])
          most.set(name, Math.max(most.get(name) ?? 0, count));
      }
    });
    const stop = async () => {
      isOver = true;
      await watching;
      return most;
    };
    return { most, stop };
  };

  test.each<Role>(['all', 'api', 'worker'])('are no more than its settings say, as %s', async (role) => {
    const url = await freshDatabase();
    const services = new Map<Role, TestService>();
    const start = (one: Role) => {
      const address = `${url}?application_name=as_${one}`;
      const env = { DATABASE_URL: address, HOLDFAST_PATH, HOLDFAST_ROLE: one, HOLDFAST_WORKER_SLOTS: '8' };
      services.set(one, new TestService({ ...env, ...settings }));
    };
    for (const one of role === 'all' ? ['all' as const] : ['api' as const, 'worker' as const]) start(one);
    for (const service of services.values()) await service.greeting();
    const api = services.get(role === 'worker' ? 'api' : role) as TestService;
    const watched = watch(url, `as_${role}`);
    const stream = await EventStream.open(await api.url('/jobs/events'));
    const ids = await Promise.all(Array.from({ length: 20 }, () => api.schedule('p')));
    for (const id of ids) expect(taskStates(await api.completed(id))).toEqual({ a: 'done', b: 'done' });
    await stream.stop();
    const most = await watched.stop();
    const { all = 0, ...parts } = Object.fromEntries(most);
    expect(all).toBeLessThanOrEqual(connectionsOf(role, sizes));
    for (const [name, count] of Object.entries(parts)) {
      expect(Object.keys(PARTS)).toContain(name);
      expect(count).toBeLessThanOrEqual(sizeOf(name as PartName, role, sizes));
    }
    const busiest: PartName = role === 'worker' ? 'worker' : 'api';
    expect(parts).toMatchObject({ [busiest]: sizeOf(busiest, role, sizes), listener: 1 });
    for (const service of services.values()) expect(await service.stop()).toBe(0);
  });

  test('may be one for callers and one for tasks', async () => {
    const one = { HOLDFAST_API_CONNECTIONS: '1', HOLDFAST_WORKER_CONNECTIONS: '1' };
    const service = new TestService({ DATABASE_URL: await freshDatabase(), HOLDFAST_PATH, ...one });
    const ids = await Promise.all(Array.from({ length: 20 }, () => service.schedule('p')));
    const reads = ['/jobs', '/pipelines/overview', '/pipelines/jobs', '/metrics', '/health/ready'];
    const paths = ids.flatMap((id) => [`/job/detail?id=${id}`, ...reads]);
    const statuses = await Promise.all(
      paths.map(async (path) => (await fetch(await service.url(path))).status),
    );
    expect(new Set(statuses)).toEqual(new Set([200]));
    for (const id of ids) expect(taskStates(await service.completed(id))).toEqual({ a: 'done', b: 'done' });
    expect(await service.stop()).toBe(0);
  });
});

describe('numbers of the backlog', () => {
  test('have a connection while sweep and retention wait for locks', async () => {
    const url = await freshDatabase();
    await withClient(url, async (holder) => {
      await holder.query('BEGIN; LOCK TABLE sweep, definitions IN ACCESS EXCLUSIVE MODE');
      const service = new TestService({ DATABASE_URL: url, HOLDFAST_PATH, HOLDFAST_ROLE: 'api' });
      await service.greeting();
      await withClient(url, (client) =>
        until('sweep and retention wait', async () => {
          const { rows } = await client.query(
            `SELECT pid FROM pg_stat_activity WHERE datname = current_database()
              AND application_name = 'holdfast background' AND wait_event_type = 'Lock'`,
          );
          return rows.length === 2;
        }),
      );
      const metrics = await (await fetch(await service.url('/metrics'))).text();
      expect(metrics).toContain('holdfast_database_up 1\n');
      expect(metrics).toContain('holdfast_tasks_ready 0\n');
      await holder.query('ROLLBACK');
      expect(await service.stop()).toBe(0);
    });
  });
});

describe('a server that takes no more connections', () => {
  test.each<Role>(['api', 'all'])(
    'makes a process not ready, which says so and heals, as %s',
    async (role) => {
      const { url, setLimit } = await limitedDatabase(20);
      const service = new TestService({ DATABASE_URL: url, HOLDFAST_PATH, HOLDFAST_ROLE: role });
      const id = await service.schedule('p');
      await setLimit(0);
      // What is open goes on until it is closed.
      await withClient(
        url.replace(/\/\/[^@]*@/, () => `//${adminOf()}@`),
        (client) =>
          client.query(
            `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND usename = $1`,
            [new URL(url).username],
          ),
      );
      // Each part notices it by what it asks next.
      const { status } = await until('ready says so', async () => {
        expect((await service.get(`/job/detail?id=${id}`)).status).toBe(503);
        const answer = await service.get<{ error: string }>('/health/ready');
        return /^Database has no free connection for: (.*, )?api(,|$)/.test(answer.body.error) && answer;
      });
      expect(status).toBe(503);
      expect(service.output).toContain(`too many connections for role "${new URL(url).username}"`);
      await setLimit(-1);
      await until('it is ready again', async () => (await service.get('/health/ready')).status === 200);
      await service.schedule('p');
      expect(await service.stop()).toBe(0);
    },
  );

  test('leaves a pool to do with those that it has, and to take more when there are', async () => {
    const { url, setLimit } = await limitedDatabase(2);
    // Postgres counts those that it is about to refuse as well, so how many of the first five it takes is a race.
    for (let round = 0; round < 10; round += 1) {
      const pool = openPool(url, { name: 'few', size: 5 });
      const open = new Set<unknown>();
      const ask = async () => {
        const { rows } = await pool.query<{ pid: number }>('SELECT pg_backend_pid() AS pid, pg_sleep(0.01)');
        open.add(rows[0]?.pid);
      };
      const askAll = () => Promise.all(Array.from({ length: 50 }, ask));
      await askAll();
      expect(open.size).toBeGreaterThan(0);
      expect(open.size).toBeLessThanOrEqual(2);
      expect(await pool.isShort()).toBe(false);
      await setLimit(-1);
      await until('it has all', async () => {
        await askAll();
        return open.size === 5;
      });
      await setLimit(2);
      await pool.close();
    }
  });

  test('for a role with too low a limit is named by ready, which is 503', async () => {
    const { url } = await limitedDatabase(4);
    const service = new TestService({ DATABASE_URL: url, HOLDFAST_PATH });
    const { status, body } = await until('ready says so', async () => {
      const answer = await service.get<{ error: string }>('/health/ready');
      return answer.body.error.includes('connection') && answer;
    });
    expect([status, body.error]).toEqual([
      503,
      expect.stringMatching(/^Database has no free connection for: /),
    ]);
    expect(service.output).toContain('too many connections for role');
    await service.stop('SIGKILL');
  });

  test('refuses what a pool without a connection is asked, however many ask at once', async () => {
    const { url } = await limitedDatabase(0);
    const pool = openPool(url, { name: 'none', size: 5, connectMs: 600_000 });
    const asked = await Promise.allSettled(Array.from({ length: 20 }, () => pool.query('SELECT')));
    expect(new Set(asked.map((one) => one.status === 'rejected' && String(one.reason)))).toEqual(
      new Set([expect.stringContaining('too many connections for role')]),
    );
    await pool.close();
  });

  test('ends a start that has waited for it, with the reason', async () => {
    const { url } = await limitedDatabase(0);
    const service = new TestService({ DATABASE_URL: url, HOLDFAST_PATH });
    expect(await service.exited).toBe(1);
    expect(service.output).toContain(
      `cannot be reached: too many connections for role "${new URL(url).username}"`,
    );
  });
});

const adminOf = () => {
  const { username, password } = new URL(String(process.env['HOLDFAST_TEST_SERVER']));
  return `${username}:${password}`;
};
