import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { freshDatabase } from './support/database.js';

let client: pg.Client;
beforeAll(async () => {
  client = new pg.Client({ connectionString: await freshDatabase() });
  await client.connect();
  await client.query(`INSERT INTO definitions (id, body) VALUES (repeat('0', 64), '{}')`);
});
afterAll(() => client.end());
beforeEach(() => client.query('BEGIN'));
afterEach(() => client.query('ROLLBACK'));

type Row = Readonly<Record<string, unknown>>;

async function insert(table: string, row: Row): Promise<void> {
  const keys = Object.keys(row);
  const holes = keys.map((_, index) => `$${index + 1}`).join(', ');
  await client.query(`INSERT INTO ${table} (${keys.join(', ')}) VALUES (${holes})`, Object.values(row));
}

const now = '2026-11-23T12:00:00Z';
const job = (row: Row) => ({ id: randomUUID(), pipeline: 'p', definition_id: '0'.repeat(64), ...row });

describe('a job’s row', () => {
  test.each([
    { status: 'waiting' },
    { status: 'running', started_at: now },
    { status: 'running', started_at: now, cancel_requested_at: now },
    { status: 'done', started_at: now, ended_at: now },
    { status: 'error', started_at: now, ended_at: now },
    { status: 'canceled', ended_at: now, cancel_requested_at: now },
    { status: 'canceled', started_at: now, ended_at: now, cancel_requested_at: now },
  ])('may say %j', async (row) => {
    await insert('jobs', job(row));
  });

  test.each([
    { status: 'waiting', started_at: now },
    { status: 'waiting', cancel_requested_at: now },
    { status: 'running' },
    { status: 'running', started_at: now, ended_at: now },
    { status: 'done', started_at: now },
    { status: 'done', ended_at: now },
    { status: 'done', started_at: now, ended_at: now, cancel_requested_at: now },
    { status: 'error', started_at: now, ended_at: now, cancel_requested_at: now },
    { status: 'canceled', cancel_requested_at: now },
    { status: 'canceled', ended_at: now },
    { status: 'waiting', variables: '[]' },
    { status: 'lost' },
  ])('cannot say %j', async (row) => {
    await expect(insert('jobs', job(row))).rejects.toThrow(
      /violates check constraint|invalid input value for enum/,
    );
  });

  test('cannot name a definition that is not there', async () => {
    await expect(insert('jobs', job({ status: 'waiting', definition_id: '1'.repeat(64) }))).rejects.toThrow(
      /foreign key/,
    );
  });

  test('keeps its definition from being removed', async () => {
    await insert('jobs', job({ status: 'waiting' }));
    await expect(client.query('DELETE FROM definitions')).rejects.toThrow(/foreign key/);
  });
});

describe('a task’s row', () => {
  const task = (row: Row) => ({ name: 't', depends_on: [], ...row });
  const withJob = async (row: Row) => {
    const owner = job({ status: 'running', started_at: now });
    await insert('jobs', owner);
    await insert('tasks', { ...task(row), job_id: owner.id });
    return owner.id;
  };
  const held = { worker: 'w', attempt: 1 };

  test.each([
    { status: 'waiting' },
    { status: 'ready', attempt: 1, worker: 'lost' },
    { status: 'running', started_at: now, exit_code: -1, ...held },
    { status: 'running', started_at: now, exit_code: -1, stop_requested_at: now, ...held },
    { status: 'skipped', ended_at: now },
    { status: 'done', started_at: now, ended_at: now, exit_code: 3, ...held },
    { status: 'error', started_at: now, ended_at: now, exit_code: 255, error: 'exit status 255', ...held },
    { status: 'canceled', ended_at: now },
    { status: 'canceled', started_at: now, ended_at: now, exit_code: -1, ...held },
  ])('may say %j', async (row) => {
    await withJob(row);
  });

  test.each([
    { status: 'waiting', started_at: now },
    { status: 'waiting', exit_code: 1 },
    { status: 'ready', ended_at: now },
    { status: 'running', started_at: now, exit_code: -1 },
    { status: 'running', started_at: now, exit_code: -1, worker: 'w', attempt: 0 },
    { status: 'running', started_at: now, exit_code: 0, ...held },
    { status: 'running', exit_code: -1, ...held },
    { status: 'skipped', started_at: now, ended_at: now },
    { status: 'skipped' },
    { status: 'done', started_at: now, ended_at: now, error: 'x', ...held },
    { status: 'error', started_at: now, ended_at: now, exit_code: 1, ...held },
    { status: 'error', started_at: now, ended_at: now, exit_code: 256, error: 'x', ...held },
    { status: 'done', started_at: now, ended_at: now, stop_requested_at: now, ...held },
    { status: 'waiting', attempt: -1 },
  ])('cannot say %j', async (row) => {
    await expect(withJob(row)).rejects.toThrow(/violates check constraint/);
  });

  test('has its name once in a job, and goes with the job, and its output with it', async () => {
    const jobId = await withJob({ status: 'waiting' });
    await client.query(`INSERT INTO output SELECT id, 1, 'stdout', 0, 'x' FROM tasks`);
    await client.query('DELETE FROM jobs WHERE id = $1', [jobId]);
    const { rows } = await client.query<{ count: number }>('SELECT count(*)::int FROM output');
    expect(rows[0]?.count).toBe(0);
    const again = await withJob({ status: 'waiting' });
    await expect(insert('tasks', { ...task({ status: 'waiting' }), job_id: again })).rejects.toThrow(
      /tasks_job_name/,
    );
  });
});
