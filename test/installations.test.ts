import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Database } from '../src/database/database.js';
import { CHANNEL_SUFFIX, INSTALLATION, installationIn } from '../src/database/installation.js';
import { Listener } from '../src/database/listener.js';
import { migrate, readMigrations } from '../src/database/migrations/migrations.js';
import { inTransaction } from '../src/database/transaction.js';
import { lockPipeline } from '../src/scheduler/job.sql.js';
import { SweepClock } from '../src/scheduler/sweep.js';
import { emptyDatabase, freshDatabase, withClient } from './support/database.js';
import { ended } from './support/holdfast.js';
import { appliedIn, migrateProcess, shapeIn } from './support/migrations.js';
import { pipelinesFolder, taskStates, TestService } from './support/service.js';
import { EventStream } from './support/stream.js';
import { until } from './support/wait.js';

const PIPELINES = 'pipelines: { p: { tasks: { t: { script: [echo $NAME], env: { NAME: it } } } } }';
const HOLDFAST_PATH = pipelinesFolder(PIPELINES);

const inSchema = (url: string, schema: string) => `${url}?schema=${schema}`;

const rowsIn = async (url: string, sql: string): Promise<unknown[]> =>
  withClient(url, async (client) => (await client.query<Record<string, unknown>>(sql)).rows);

describe('two installations in one database', () => {
  let url: string;
  const services: TestService[] = [];
  beforeAll(async () => {
    url = await emptyDatabase();
    const start = (env: Record<string, string>) => {
      // Names of workers may be the same, too.
      const service = new TestService({ HOLDFAST_PATH, HOLDFAST_WORKER_NAME: 'w', ...env });
      services.push(service);
      return service;
    };
    await Promise.all(
      [
        { DATABASE_URL: inSchema(url, 'staging') },
        { DATABASE_URL: url, HOLDFAST_SCHEMA: 'Pro duction' },
        { DATABASE_URL: url },
      ].map((env) => start(env).greeting()),
    );
  });
  afterAll(() => Promise.all(services.map((service) => service.stop('SIGKILL'))));

  test('have their own tables, jobs and workers', async () => {
    const ids = await Promise.all(services.map((service) => service.schedule('p')));
    for (const [at, service] of services.entries()) {
      expect(taskStates(await service.completed(String(ids[at])))).toEqual({ t: 'done' });
      const { body } = await service.get<{ jobs: { id: string }[] }>('/jobs');
      expect(body.jobs.map(({ id }) => id)).toEqual([ids[at]]);
      expect((await service.get(`/job/detail?id=${String(ids[(at + 1) % 3])}`)).status).toBe(404);
      expect((await service.get('/health/ready')).status).toBe(200);
    }
    for (const schema of ['staging', '"Pro duction"', 'public'])
      expect(
        await rowsIn(
          url,
          `SELECT count(*)::int AS jobs, (SELECT count(*)::int FROM ${schema}.workers) AS workers FROM ${schema}.jobs`,
        ),
      ).toEqual([{ jobs: 1, workers: 1 }]);
    const names = (await readMigrations()).map(({ name }) => name);
    expect(await appliedIn(`${url}?options=-c%20search_path%3Dstaging`)).toEqual(names);
  });

  test('hear nothing of the jobs of the other', async () => {
    const streams = await Promise.all(
      services.map(async (one) => EventStream.open(await one.url('/jobs/events'))),
    );
    const ids = await Promise.all(services.map((service) => service.schedule('p')));
    type Change = { readonly id: string; readonly status: string };
    for (const [at, stream] of streams.entries()) {
      await stream.find('job', (job: Change) => job.id === ids[at] && job.status === 'done');
      expect(new Set(stream.of<Change>('job').map(({ id }) => id))).toEqual(new Set([ids[at]]));
      await stream.stop();
    }
  });
});

describe('locks and notifications', () => {
  let url: string;
  const databases: Database[] = [];
  const open = (address: string): Database => {
    const database = new Database(address, { name: 'test', size: 3, lockMs: 500 });
    databases.push(database);
    return database;
  };
  beforeAll(async () => {
    url = await freshDatabase();
    for (const schema of ['a', 'b']) await migrate(inSchema(url, schema));
  });
  afterEach(async () => {
    for (const database of databases.splice(0)) await database.close();
  });

  /** Whether the second one waits for the first to admit a job. */
  const waitsFor = async (first: Database, second: Database): Promise<boolean> => {
    const lock = (on: Database, then: () => Promise<unknown>) =>
      inTransaction(on.pool, async (transaction) => {
        await lockPipeline(transaction, 'p');
        return then();
      });
    return lock(first, () =>
      lock(second, () => Promise.resolve(false)).catch((error: unknown) => {
        expect((error as { code?: string }).code).toBe('55P03');
        return true;
      }),
    ) as Promise<boolean>;
  };

  test('are of one installation, however its tables are reached', async () => {
    const role = `role_${randomBytes(6).toString('hex')}`;
    await withClient(url, (client) =>
      client.query(
        `CREATE ROLE ${role} SUPERUSER LOGIN PASSWORD 'x'; ALTER ROLE ${role} SET search_path = a`,
      ),
    );
    const byRole = new URL(url);
    [byRole.username, byRole.password] = [role, 'x'];
    const ways = [inSchema(url, 'a'), `${url}?options=-c%20search_path%3D%22$user%22,a`, byRole.href].map(
      open,
    );
    for (const [at, way] of ways.entries())
      expect(await waitsFor(way, ways[(at + 1) % 3] as Database)).toBe(true);
    const heard: (string | null)[] = [];
    const listener = new Listener(inSchema(url, 'a'));
    await listener.listen({ holdfast_changed: (payload) => heard.push(payload) });
    for (const [at, way] of ways.entries()) way.notifier.changed([String(at)]);
    await until('all are heard', () => new Set(heard).size === 4);
    await listener.close();
  });

  test('are not of another one', async () => {
    const [a, b, own] = [inSchema(url, 'a'), inSchema(url, 'b'), url].map(open) as [
      Database,
      Database,
      Database,
    ];
    const pairs: [Database, Database][] = [
      [a, b],
      [b, own],
      [own, a],
    ];
    for (const [one, other] of pairs) expect(await waitsFor(one, other)).toBe(false);
    const heard: (string | null)[] = [];
    const listener = new Listener(inSchema(url, 'a'));
    await listener.listen({
      holdfast_changed: (payload) => heard.push(payload),
      holdfast_ready: () => heard.push('ready'),
    });
    heard.length = 0;
    for (const other of [b, own]) {
      other.notifier.changed(['other']);
      other.notifier.notify('holdfast_ready');
    }
    a.notifier.changed(['own']);
    a.notifier.notify('holdfast_ready');
    await until('its own is heard', () => heard.includes('own') && heard.includes('ready'));
    expect(heard.sort()).toEqual(['own', 'ready']);
    await listener.close();
  });

  test('are those of older versions in public', async () => {
    const [number] = await rowsIn(url, `SELECT ${INSTALLATION} AS number, ${CHANNEL_SUFFIX} AS suffix`);
    expect(number).toEqual({ number: '0', suffix: '' });
    const own = open(url);
    await withClient(url, async (client) => {
      await client.query(`SELECT pg_advisory_lock(hashtextextended('holdfast pipeline p', 0))`);
      const waiting = inTransaction(own.pool, (transaction) => lockPipeline(transaction, 'p'));
      await expect(waiting).rejects.toMatchObject({ code: '55P03' });
      const heard: string[] = [];
      client.on('notification', ({ channel }) => heard.push(channel));
      await client.query('LISTEN holdfast_ready');
      own.notifier.notify('holdfast_ready');
      await until('it is heard', () => heard.includes('holdfast_ready'));
    });
  });

  test('of sweeps and retention are their own as well', async () => {
    const [a, b] = [inSchema(url, 'a'), inSchema(url, 'b')].map(open) as [Database, Database];
    await inTransaction(a.pool, async (on) => {
      await on.query(`SELECT pg_advisory_xact_lock(4018330119 # ${INSTALLATION})`);
      const sweptAt = async (on: Database) =>
        (await on.pool.query<{ at: string }>('SELECT swept_at::text AS at FROM sweep')).rows[0]?.at;
      const before = await Promise.all([a, b].map(sweptAt));
      for (const database of [a, b]) await new SweepClock({ database, leaseMs: 60_000 }).sweep();
      const after = await Promise.all([a, b].map(sweptAt));
      expect([after[0] === before[0], after[1] === before[1]]).toEqual([true, false]);
    });
  });
});

describe('the schema', () => {
  test('is made by the first start, and named in its line', async () => {
    const url = await emptyDatabase();
    const service = new TestService({ DATABASE_URL: url, HOLDFAST_SCHEMA: 'Own one', HOLDFAST_PATH });
    expect(await service.greeting()).toMatch(/database 127\.0\.0\.1:\d+\/test_\w+\?schema=Own one$/);
    expect(await service.stop()).toBe(0);
    await migrate(url);
    expect(await shapeIn(url, 'Own one')).toEqual(await shapeIn(url));
  });

  test('is made by npm run migrate, and by one of several processes that start at once', async () => {
    const env = { DATABASE_URL: inSchema(await emptyDatabase(), 'own') };
    const all = Array.from({ length: 4 }, () => ended(migrateProcess(env)));
    expect((await Promise.all(all)).map(({ code }) => code)).toEqual([0, 0, 0, 0]);
  });

  test('that a role may neither make nor use is told with what helps', async () => {
    const url = new URL(await emptyDatabase());
    const role = `role_${randomBytes(6).toString('hex')}`;
    await withClient(url.href, (client) =>
      client.query(`CREATE ROLE ${role} LOGIN PASSWORD 'x'; CREATE SCHEMA theirs`),
    );
    [url.username, url.password] = [role, 'x'];
    await expect(migrate(inSchema(url.href, 'own'))).rejects.toThrow(
      `there is no schema "own", and the role "${role}" may not create it: CREATE SCHEMA "own" AUTHORIZATION "${role}"`,
    );
    await expect(migrate(inSchema(url.href, 'theirs'))).rejects.toThrow(
      `the role "${role}" may not use the schema "theirs": grant it USAGE on the schema`,
    );
  });

  test('of one that is being migrated does not hold up another', async () => {
    const url = await emptyDatabase();
    await withClient(url, async (client) => {
      await client.query(`SELECT pg_advisory_lock(4018330117 # ${installationIn(`'a'`)})`);
      const stuck = migrateProcess({ DATABASE_URL: inSchema(url, 'a') });
      await stuck.says(/waiting for process \d+/);
      for (const other of [inSchema(url, 'b'), url])
        expect(await migrate(other)).toHaveLength((await readMigrations()).length);
      await client.query('SELECT pg_advisory_unlock_all()');
      expect((await ended(stuck)).code).toBe(0);
    });
  });

  test('may be set for the embedded Postgres', async () => {
    const cwd = mkdtempSync(join(tmpdir(), 'holdfast-cwd-'));
    const service = new TestService({ HOLDFAST_SCHEMA: 'own', HOLDFAST_PATH }, cwd);
    expect(taskStates(await service.completed(await service.schedule('p')))).toEqual({ t: 'done' });
    expect(await service.greeting()).toContain('/holdfast?schema=own (embedded, in ');
    expect(await service.stop()).toBe(0);
  });
});
