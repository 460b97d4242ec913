import { addressIn } from '../src/config/database/read-address.js';
import { Target } from '../src/database/connect/target.js';
import pg from 'pg';
import { migrate, readMigrations } from '../src/database/migrations/migrations.js';
import { Observer } from '../src/database/migrations/observer.js';
import { RETRY_LIMITS } from '../src/database/migrations/retries.js';
import { emptyDatabase, withClient } from './support/database.js';
import { ended } from './support/holdfast.js';
import { anotherMigration, appliedIn, migrateProcess, shapeIn } from './support/migrations.js';
import { TestPostgres } from './support/postgres.js';
import { Probe, REMOVE_PROBE } from './support/probe.js';
import { Proxy } from './support/proxy.js';
import { pipelinesFolder, TestService } from './support/service.js';
import { until } from './support/wait.js';

let names: string[] = [];
let fresh: unknown;

beforeAll(async () => {
  names = (await readMigrations()).map(({ name }) => name);
  const url = await emptyDatabase();
  await migrate(url);
  fresh = await shapeIn(url);
});

const BLOCKED = '20261125030000_nothing_lost';
const WAITS = `migration ${BLOCKED} waits for a lock on tasks, held by process`;

interface Blocked {
  readonly url: string;
  /** The session that holds the lock. */
  readonly pid: number;
  readonly release: () => Promise<void>;
}

/** Closed after each test, also after a failed one, which has not released its lock. */
const sessions: pg.Client[] = [];
afterEach(async () => {
  for (const session of sessions.splice(0)) await session.end();
});

/** A database in which another session reads `tasks`, in a transaction that goes on, and the fourth migration is next. */
async function blocked(): Promise<Blocked> {
  const url = await emptyDatabase();
  await migrate(url, { migrations: (await readMigrations()).slice(0, 3) });
  const client = new pg.Client({ connectionString: url, application_name: 'psql' });
  sessions.push(client);
  await client.connect();
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  await client.query('BEGIN; LOCK TABLE tasks IN ACCESS SHARE MODE');
  const release = async () => {
    await client.query('COMMIT');
  };
  return { url, pid: rows[0]?.pid ?? 0, release };
}

const migratingBackends = (url: string): Promise<number> =>
  withClient(url, async (client) => {
    const { rowCount } = await client.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'holdfast migrate%'`,
    );
    return rowCount ?? 0;
  });

/** When a migrating session did its last COMMIT, if it has begun nothing since. */
const commitsOfMigrations = (url: string): Promise<string[]> =>
  withClient(url, async (client) => {
    const { rows } = await client.query<{ time: string }>(
      `SELECT state_change::text AS time FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'holdfast migrate' AND query = 'COMMIT' AND state = 'idle'`,
    );
    return rows.map(({ time }) => time);
  });

async function expectToFinish(url: string): Promise<void> {
  const applied = await appliedIn(url);
  expect(await migrate(url)).toEqual(names.slice(applied.length));
  expect(await appliedIn(url)).toEqual(names);
  expect(await shapeIn(url)).toEqual(fresh);
}

const linesWith = (text: string, part: string) => text.split('\n').filter((line) => line.includes(part));

describe('a migration that waits for a lock', () => {
  test('says once what it waits for, and goes on when it is free', async () => {
    const { url, pid, release } = await blocked();
    const running = migrateProcess({ DATABASE_URL: url });
    await running.says(WAITS);
    // Tries come and go meanwhile, and each lets those through who wait behind it.
    for (let read = 0; read < 3; read += 1) await withClient(url, (client) => client.query('TABLE tasks'));
    await release();
    const { code, stdout, stderr } = await ended(running);
    expect([code, stdout]).toEqual([0, `holdfast: applied ${names.slice(3).join(', ')}\n`]);
    expect(stderr).toMatch(new RegExp(`^holdfast: ${WAITS} ${pid} \\(psql, role \\w+\\)\n$`));
    await expectToFinish(url);
  });

  test('waits whatever time-outs its role has', async () => {
    const { url, release } = await blocked();
    const [name, role] = [new URL(url).pathname.slice(1), new URL(url).username];
    await withClient(url, async (client) => {
      for (const setting of ['lock_timeout', 'statement_timeout', 'idle_in_transaction_session_timeout'])
        await client.query(`ALTER ROLE ${role} IN DATABASE ${name} SET ${setting} = 500`);
      await client.query(
        `ALTER ROLE ${role} IN DATABASE ${name} SET default_transaction_isolation = 'serializable'`,
      );
    });
    const running = migrateProcess({ DATABASE_URL: url });
    await running.says(WAITS);
    await release();
    expect((await ended(running)).code).toBe(0);
    await expectToFinish(url);
  });

  test('gives up in the end, and says why', async () => {
    const { url, pid, release } = await blocked();
    const limits = { ...RETRY_LIMITS, locked: { limitMs: 0, pauseMs: 1 } };
    await expect(migrate(url, { limits })).rejects.toThrow(
      new RegExp(`^the migrations cannot be applied: gave up, ${WAITS} ${pid} \\(psql, role `),
    );
    expect(await appliedIn(url)).toEqual(names.slice(0, 3));
    await release();
    await expectToFinish(url);
  });

  test('is killed with -9: the next start finishes it', async () => {
    const { url, release } = await blocked();
    const running = migrateProcess({ DATABASE_URL: url });
    await running.says(WAITS);
    running.kill('SIGKILL');
    await running.exited;
    await until('its sessions are gone', async () => (await migratingBackends(url)) === 0);
    await release();
    await expectToFinish(url);
  });

  test.each(['SIGTERM', 'SIGINT'] as const)('ends on %s, and is rolled back by then', async (signal) => {
    const { url, release } = await blocked();
    const running = migrateProcess({ DATABASE_URL: url });
    await running.says(WAITS);
    running.kill(signal);
    const { code, stdout, stderr } = await ended(running);
    expect(await migratingBackends(url)).toBe(0);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(new RegExp(`stopped by ${signal}; what was under way is rolled back\n$`));
    expect(await appliedIn(url)).toEqual(names.slice(0, 3));
    await release();
    await expectToFinish(url);
  });

  test('ends with the start of the service that it is part of, on SIGTERM', async () => {
    const { url, release } = await blocked();
    const service = new TestService({
      DATABASE_URL: url,
      HOLDFAST_PATH: pipelinesFolder('pipelines: { p: { tasks: {} } }'),
    });
    await until('it waits', () => service.output.includes(WAITS));
    expect(await service.stop('SIGTERM')).toBe(0);
    expect(await migratingBackends(url)).toBe(0);
    expect(service.output).toContain('stopped by SIGTERM');
    await release();
    await expectToFinish(url);
  });

  test('ends on SIGTERM also where it is not this lock that keeps it', async () => {
    const url = await emptyDatabase();
    const probe = await Probe.install(url, 30);
    const running = migrateProcess({ DATABASE_URL: url });
    await probe.stopped();
    running.kill('SIGTERM');
    expect((await ended(running)).code).toBe(1);
    expect(await migratingBackends(url)).toBe(0);
    await probe.remove();
    await expectToFinish(url);
  });
});

describe('a process that finds another one at it', () => {
  test('says once whom it waits for, and goes on when that is killed with -9', async () => {
    const { url, release } = await blocked();
    const first = migrateProcess({ DATABASE_URL: url });
    await first.says(WAITS);
    const second = migrateProcess({ DATABASE_URL: url });
    await second.says(/waiting for process \d+ \(holdfast migrate\), which applies migrations/);
    first.kill('SIGKILL');
    await second.says(WAITS);
    await release();
    const { code, stdout, stderr } = await ended(second);
    expect([code, stdout]).toEqual([0, `holdfast: applied ${names.slice(3).join(', ')}\n`]);
    expect(linesWith(stderr, 'waiting for process')).toHaveLength(1);
    expect(linesWith(stderr, WAITS)).toHaveLength(1);
    await expectToFinish(url);
  });

  test('ends on SIGTERM', async () => {
    const { url, release } = await blocked();
    const first = migrateProcess({ DATABASE_URL: url });
    await first.says(WAITS);
    const second = migrateProcess({ DATABASE_URL: url });
    await second.says('waiting for process');
    second.kill('SIGTERM');
    expect((await ended(second)).code).toBe(1);
    await release();
    expect((await ended(first)).code).toBe(0);
    await expectToFinish(url);
  });

  test.each([
    ['an older version of Holdfast', 4_018_330_117],
    ['prisma migrate deploy', 72_707_369],
  ])('waits for %s as well', async (_who, lock) => {
    const url = await emptyDatabase();
    const running = await withClient(url, async (client) => {
      await client.query('SELECT pg_advisory_lock($1)', [lock]);
      const one = migrateProcess({ DATABASE_URL: url });
      await one.says(/waiting for process \d+/);
      expect(await appliedIn(url)).toEqual([]);
      return one;
    });
    expect((await ended(running)).code).toBe(0);
    await expectToFinish(url);
  });

  test('starts beside one that is stuck if it has all that it needs, also without rights', async () => {
    const url = await emptyDatabase();
    await migrate(url);
    await withClient(url, async (client) => {
      await client.query('SELECT pg_advisory_lock(4018330117)');
      expect(await migrate(url)).toEqual([]);
    });
  });

  test('gives up in the end, and says why', async () => {
    const url = await emptyDatabase();
    const limits = { ...RETRY_LIMITS, busy: { limitMs: 2_000, pauseMs: 100 } };
    await withClient(url, async (client) => {
      await client.query('SELECT pg_advisory_lock(4018330117)');
      await expect(migrate(url, { limits })).rejects.toThrow(
        /^the migrations cannot be applied: gave up, waiting for process \d+/,
      );
    });
  });
});

describe('a connection that breaks', () => {
  test('at a COMMIT whose answer is lost leaves no doubt what was applied', async () => {
    const url = await emptyDatabase();
    const proxy = await Proxy.open(url);
    // The first one ends the look at what there is, each other one a migration.
    let commits = 0;
    const lost = proxy.loseReplies((text) => text.startsWith('COMMIT') && ++commits === 2);
    const running = migrateProcess({ DATABASE_URL: proxy.url });
    await lost;
    expect(await ended(running)).toMatchObject({
      code: 0,
      stdout: `holdfast: applied ${names.join(', ')}\n`,
    });
    proxy.close();
    await expectToFinish(url);
  });

  test('before a migration is through is opened again, and what was done is not done twice', async () => {
    const { url, release } = await blocked();
    const proxy = await Proxy.open(url);
    const running = migrateProcess({ DATABASE_URL: proxy.url });
    await running.says(WAITS);
    proxy.cut();
    await running.says('waiting for the database: ');
    await release();
    expect(await ended(running)).toMatchObject({
      code: 0,
      stdout: `holdfast: applied ${names.slice(3).join(', ')}\n`,
    });
    proxy.close();
    await expectToFinish(url);
  });

  test('because Postgres crashes and comes back does the same', async () => {
    const postgres = await TestPostgres.open();
    try {
      const probe = await Probe.install(postgres.url, 30);
      probe.expectLoss();
      const running = migrateProcess({ DATABASE_URL: postgres.url });
      await probe.stopped();
      await postgres.stop('immediate');
      await running.says('waiting for the database: ');
      await postgres.start();
      expect(await ended(running)).toMatchObject({
        code: 0,
        stdout: `holdfast: applied ${names.join(', ')}\n`,
      });
      await withClient(postgres.url, (client) => client.query(REMOVE_PROBE));
      await expectToFinish(postgres.url);
    } finally {
      await postgres.close();
    }
  });

  test('again and again while another process migrates ends nothing as long as the database comes back', async () => {
    const url = await emptyDatabase();
    const proxy = await Proxy.open(url);
    const limits = { ...RETRY_LIMITS, lost: { limitMs: 1, pauseMs: 100 } };
    const running = await withClient(url, async (client) => {
      await client.query('SELECT pg_advisory_lock(4018330117)');
      const one = migrate(proxy.url, { limits });
      one.catch(() => undefined);
      for (let round = 0; round < 3; round += 1) {
        // After the second COMMIT it has had the answer to the first.
        const commits = new Set<string>();
        const hasCommittedTwice = async () => {
          for (const time of await commitsOfMigrations(url)) commits.add(time);
          return commits.size > 1;
        };
        await until('it waits', hasCommittedTwice);
        proxy.cut();
        await until('it has lost its connection', async () => (await migratingBackends(url)) === 0);
      }
      return { one };
    });
    expect(await running.one).toEqual(names);
    proxy.close();
    await expectToFinish(url);
  });

  test('each time in the same migration is an error in the end', async () => {
    const url = await emptyDatabase();
    const breaking = anotherMigration('SELECT pg_terminate_backend(pg_backend_pid())');
    await expect(migrate(url, { migrations: [...(await readMigrations()), breaking] })).rejects.toThrow(
      /^the migrations cannot be applied: gave up, waiting for the database: /,
    );
    expect(await appliedIn(url)).toEqual(names);
  });

  test('for good is an error in the end', async () => {
    const { url, release } = await blocked();
    const proxy = await Proxy.open(url);
    const limits = { ...RETRY_LIMITS, lost: { limitMs: 1_000, pauseMs: 100 } };
    const running = migrate(proxy.url, { limits });
    const failing = expect(running).rejects.toThrow(
      /^the migrations cannot be applied: gave up, waiting for/,
    );
    await until('it waits', async () => (await migratingBackends(url)) === 2);
    proxy.refuse();
    await failing;
    proxy.close();
    await release();
    await expectToFinish(url);
  });
});

test('an observer whose database has fallen silent can be closed', async () => {
  const proxy = await Proxy.open(await emptyDatabase());
  const observer = new Observer(new Target(addressIn(proxy.url)));
  expect(await observer.findWait(1)).toBeNull();
  proxy.swallow();
  await observer.close();
  proxy.close();
});
