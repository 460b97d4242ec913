import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openClient } from '../src/database/connect/client.js';
import { Target } from '../src/database/connect/target.js';
import { openPool } from '../src/database/pool.js';
import { freshDatabase, withClient } from './support/database.js';
import { migrateProcess } from './support/migrations.js';
import { ended } from './support/holdfast.js';
import { TestPostgres } from './support/postgres.js';
import { pipelinesFolder, taskStates, TestService } from './support/service.js';
import { until } from './support/wait.js';

const HOLDFAST_PATH = pipelinesFolder('pipelines: { p: { tasks: { t: { script: [echo hi] } } } }');

async function expectToRun(env: Record<string, string>, cwd?: string): Promise<TestService> {
  const service = new TestService({ HOLDFAST_PATH, ...env }, cwd);
  const job = await service.completed(await service.schedule('p'));
  expect(taskStates(job)).toEqual({ t: 'done' });
  expect(await service.stop()).toBe(0);
  return service;
}

/** A role of the same server, with this password. */
async function roleFor(url: string, password: string): Promise<string> {
  const role = `role_${randomBytes(6).toString('hex')}`;
  await withClient(url, (client) =>
    client.query(`CREATE ROLE ${role} SUPERUSER LOGIN PASSWORD '${password}'`),
  );
  return role;
}

describe('a socket', () => {
  let postgres: TestPostgres;
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-socket-'));
  beforeAll(async () => {
    chmodSync(folder, 0o777);
    postgres = await TestPostgres.open({ unix_socket_directories: folder, listen_addresses: '' });
  });
  afterAll(() => postgres.close());

  test.each([
    ['postgresql://USER@/postgres?host=FOLDER&port=PORT'],
    ['postgresql:///postgres?host=FOLDER&port=PORT&user=NAME&password=PASSWORD'],
    ['postgresql://USER@ENCODED:PORT/postgres'],
    ['postgresql://USER@:PORT/postgres?host=FOLDER&sslmode=require'],
    ['postgresql://?host=FOLDER&port=PORT&dbname=postgres&user=NAME&password=PASSWORD'],
  ])('is found by %s', async (form) => {
    const { username, password } = new URL(postgres.url);
    const url = form
      .replace('USER', `${username}:${password}`)
      .replace('NAME', username)
      .replace('PASSWORD', password)
      .replace('FOLDER', folder)
      .replace('ENCODED', encodeURIComponent(folder))
      .replace('PORT', String(postgres.port));
    const client = await openClient({ target: Target.of(url), name: 'test', connectMs: 5_000 });
    const { rows } = await client.query('SELECT inet_server_addr() AS address');
    expect(rows).toEqual([{ address: null }]);
    await client.end();
  });
});

describe('libpq’s variables', () => {
  const variablesOf = (url: string) => {
    const { hostname, port, username, pathname } = new URL(url);
    return { PGHOST: hostname, PGPORT: port, PGUSER: username, PGDATABASE: pathname.slice(1) };
  };

  test('lead a service and npm run migrate to a database, with its password or a file of passwords', async () => {
    const url = await freshDatabase();
    const { password } = new URL(url);
    const PGPASSFILE = join(mkdtempSync(join(tmpdir(), 'holdfast-pass-')), 'pass');
    writeFileSync(PGPASSFILE, `other:*:*:*:no\n127.0.0.1:*:*:*:${password}\n`, { mode: 0o600 });
    for (const secret of [{ PGPASSWORD: password }, { PGPASSFILE }]) {
      await expectToRun({ ...variablesOf(url), ...secret });
      expect(await ended(migrateProcess({ ...variablesOf(url), ...secret }))).toMatchObject({ code: 0 });
    }
    const { rows } = await withClient(url, (client) => client.query('SELECT count(*)::int FROM jobs'));
    expect(rows).toEqual([{ count: 2 }]);
  });

  test('without a host leave the embedded Postgres alone, whatever they say', async () => {
    const nonsense = {
      PGUSER: 'u',
      PGPASSWORD: 'p',
      PGPORT: '1',
      PGDATABASE: 'd',
      PGOPTIONS: '-c x',
      PGSSLMODE: 'require',
    };
    const { output } = await expectToRun(
      { ...nonsense, PGSERVICE: 's' },
      mkdtempSync(join(tmpdir(), 'holdfast-cwd-')),
    );
    expect(output).toContain('/holdfast (embedded, in ');
    expect(output).not.toContain('not used');
  });
});

describe('a password in a file', () => {
  test('may be rotated while the service runs', async () => {
    const url = new URL(await freshDatabase());
    const role = await roleFor(url.href, 'old');
    const file = join(mkdtempSync(join(tmpdir(), 'holdfast-secret-')), 'password');
    writeFileSync(file, 'old\n');
    const DATABASE_URL = `postgresql://${url.host}${url.pathname}`;
    const service = new TestService({
      ...{ DATABASE_URL, HOLDFAST_DATABASE_USER: role, HOLDFAST_DATABASE_PASSWORD_FILE: file, HOLDFAST_PATH },
    });
    await service.completed(await service.schedule('p'));
    await withClient(url.href, async (client) => {
      await client.query(`ALTER ROLE ${role} PASSWORD 'new'`);
      writeFileSync(file, 'new\n');
      await client.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1', [role]);
    });
    await service.completed(await service.schedule('p'));
    expect(await service.stop()).toBe(0);
  });

  test('that is wrong is 503 for callers and not ready, until it is right', async () => {
    const url = new URL(await freshDatabase());
    const role = await roleFor(url.href, 'right');
    const file = join(mkdtempSync(join(tmpdir(), 'holdfast-secret-')), 'password');
    writeFileSync(file, 'right');
    const service = new TestService({
      ...{
        DATABASE_URL: `postgresql://${role}@${url.host}${url.pathname}`,
        HOLDFAST_DATABASE_PASSWORD_FILE: file,
      },
      ...{ HOLDFAST_PATH, HOLDFAST_ROLE: 'api' },
    });
    await service.greeting();
    writeFileSync(file, 'wrong');
    await withClient(url.href, (client) =>
      client.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1', [role]),
    );
    await until('it is away', async () => (await service.get('/health/ready')).status === 503);
    const { status, body } = await service.get('/pipelines/jobs');
    expect([status, body]).toEqual([503, { error: 'Database is not available' }]);
    expect(service.output).toContain(
      `the database is away: password authentication failed for user "${role}"`,
    );
    writeFileSync(file, 'right');
    await until('it is back', async () => (await service.get('/pipelines/jobs')).status === 200);
    expect(await service.stop()).toBe(0);
  });
});

test('what an address says that is not used is named in one warning, a line of the log, without its values', async () => {
  const query = 'pgbouncer=true&connection_limit=1&pool_timeout=geheim&requirepeer=geheim&sslmode=prefer';
  const service = new TestService({
    ...{ DATABASE_URL: `${await freshDatabase()}?${query}`, HOLDFAST_PATH, HOLDFAST_LOG_FORMAT: 'json' },
  });
  await until('it is there', () => /"msg":"Holdfast [^"]*API http/.test(service.output));
  expect(await service.stop()).toBe(0);
  const lines = service.output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines.filter(({ msg }) => String(msg).startsWith('warning: '))).toMatchObject([
    {
      level: 'warn',
      room: 'holdfast',
      msg: 'warning: DATABASE_URL: not used, and passed over: pgbouncer, connection_limit, pool_timeout, requirepeer',
    },
  ]);
  expect(service.output).not.toContain('geheim');
});

test('connections are called as application_name says, and have its settings', async () => {
  const url = `${await freshDatabase()}?application_name=billing&options=-c%20work_mem%3D7MB%20-c%20statement_timeout%3D1`;
  const pool = openPool(url, { name: 'api', size: 1, queryMs: 5_000 });
  const { rows } = await pool.query(
    `SELECT current_setting('application_name') AS name, current_setting('work_mem') AS memory,
            current_setting('statement_timeout') AS time, current_setting('lock_timeout') AS lock`,
  );
  // Limits of the service come before those of the address.
  expect(rows).toEqual([{ name: 'billing api', memory: '7MB', time: '6s', lock: '15s' }]);
  await pool.close();
});

test('a setting that the server does not have is told at the start', async () => {
  const service = new TestService({
    ...{ DATABASE_URL: `${await freshDatabase()}?options=-c%20no_such%3D1`, HOLDFAST_PATH },
  });
  await until('it says so', () => service.output.includes('unrecognized configuration parameter "no_such"'));
  await service.stop();
});
