import { randomBytes } from 'node:crypto';
import { openPool } from '../src/database/pool.js';
import { emptyDatabase, withClient } from './support/database.js';
import { pipelinesFolder, taskStates, TestService } from './support/service.js';
import { until } from './support/wait.js';

const HOLDFAST_PATH = pipelinesFolder(
  'pipelines: { p: { concurrency: 100, tasks: { a: { script: [true] } } } }',
);

/** A database of a role of its own, and a connection of its administrator. */
async function ownDatabase() {
  const admin = await emptyDatabase();
  const role = `role_${randomBytes(6).toString('hex')}`;
  const name = new URL(admin).pathname.slice(1);
  const run = (sql: string) => withClient(admin, (client) => client.query(sql));
  await run(`CREATE ROLE ${role} LOGIN PASSWORD 'x'`);
  await run(`ALTER DATABASE ${name} OWNER TO ${role}`);
  const url = new URL(admin);
  [url.username, url.password] = [role, 'x'];
  return { url: url.href, role, run };
}

test('a role may have set what statements do not work with', async () => {
  const { url, role, run } = await ownDatabase();
  const settings = {
    array_nulls: 'off',
    default_transaction_isolation: 'serializable',
    idle_session_timeout: "'1s'",
    jit: 'on',
    jit_above_cost: '0',
    datestyle: "'SQL, DMY'",
    bytea_output: 'escape',
    standard_conforming_strings: 'off',
    timezone: "'Asia/Kathmandu'",
  };
  for (const [name, value] of Object.entries(settings))
    await run(`ALTER ROLE ${role} SET ${name} = ${value}`);
  const service = new TestService({ DATABASE_URL: url, HOLDFAST_PATH });
  const ids = await Promise.all(Array.from({ length: 30 }, () => service.schedule('p')));
  for (const id of ids) expect(taskStates(await service.completed(id))).toEqual({ a: 'done' });
  expect(await service.stop()).toBe(0);

  const pool = openPool(url, { name: 'test', size: 1 });
  for (const [name, value] of [
    ['array_nulls', 'on'],
    ['default_transaction_isolation', 'read committed'],
    ['idle_session_timeout', '0'],
    ['jit', 'off'],
  ] as const)
    expect((await pool.query(`SHOW ${name}`)).rows).toEqual([{ [name]: value }]);
  await pool.close();
});

test('a right that is revoked makes callers and ready hear 503 until it is granted again', async () => {
  const { url, role, run } = await ownDatabase();
  const service = new TestService({ DATABASE_URL: url, HOLDFAST_PATH });
  await service.completed(await service.schedule('p'));
  await run(`REVOKE ALL ON ALL TABLES IN SCHEMA public FROM ${role}`);
  const answer = { status: 503, body: { error: 'Database does not grant a right that is needed' } };
  expect(await service.get('/pipelines/jobs')).toMatchObject(answer);
  expect(await service.call('POST', '/pipelines/schedule', Buffer.from('{"pipeline":"p"}'))).toMatchObject(
    answer,
  );
  expect(await service.get('/health/ready')).toMatchObject(answer);
  expect(service.output).toMatch(/database: the database refuses: permission denied for table \w+/);
  await run(`GRANT ALL ON ALL TABLES IN SCHEMA public TO ${role}`);
  await until('it is ready again', async () => (await service.get('/health/ready')).status === 200);
  const id = await service.schedule('p');
  expect(taskStates(await service.completed(id))).toEqual({ a: 'done' });
  expect(await service.stop()).toBe(0);
});
