import { ANYBODY } from '../src/domain/caller.js';
import { Database } from '../src/database/database.js';
import type { PipelineDefinition, TaskDefinition } from '../src/domain/definition.js';
import { RETRY_REASONS, type RetryPolicy } from '../src/domain/retry.js';
import { JobsService } from '../src/jobs/jobs.service.js';
import { outputJson } from '../src/logs/output-json.js';
import { insertPieces, type Piece } from '../src/logs/output.sql.js';
import { OutputWriter } from '../src/logs/output-writer.js';
import { type Claim, type Ended, Scheduler } from '../src/scheduler/scheduler.js';
import { SweepClock } from '../src/scheduler/sweep.js';
import { beat, takeFreeName, takeName } from '../src/scheduler/worker.sql.js';
import { NOBODY } from './support/actor.js';
import { freshDatabase, withClient } from './support/database.js';
import { pipelineOf, taskOf } from './support/definition.js';
import { until } from './support/wait.js';
import { DONE, FAILED, finishOf, workersLive } from './support/workers.js';

const LEASE_MS = 60_000;

const NO_ARRIVALS = { arrivals: Buffer.alloc(0) };
let url: string;
let database: Database;
let scheduler: Scheduler;
let jobs: JobsService;
let clock: SweepClock;
beforeAll(async () => {
  url = await freshDatabase();
  database = new Database(url, { name: 'test', size: 10 });
  scheduler = new Scheduler(database);
  jobs = new JobsService(database);
  clock = new SweepClock({ database, leaseMs: LEASE_MS });
});
beforeEach(async () => {
  await database.pool.query('TRUNCATE definitions, workers CASCADE');
  await workersLive(database.pool, 'w', 'other');
  await sweptFor('1 hour');
});
afterAll(() => database.close());

const RETRY: RetryPolicy = { retries: 2, delayMs: 0, on: RETRY_REASONS };
const retried = (name: string, more: Partial<RetryPolicy> = {}): TaskDefinition => ({
  ...taskOf(name),
  retry: { ...RETRY, ...more },
});
const schedule = (tasks: TaskDefinition[], more: Partial<PipelineDefinition> = {}) =>
  scheduler.schedule({
    definition: pipelineOf(tasks, more),
    variables: null,
    queuePartition: '',
    by: NOBODY,
  });
const claimOne = async (worker = 'w') => (await scheduler.claim(worker, 1))[0] as Claim;
const finish = async (claim: Claim, ended: Ended = DONE) => (await finishOf(scheduler, claim, ended)).counted;
const statuses = async (id: string) =>
  Object.fromEntries((await jobs.detail(id, ANYBODY)).tasks.map(({ name, status }) => [name, status]));

/** Somebody has looked for dead workers for so long, without a gap. */
const sweptFor = (interval: string) =>
  database.pool.query(`UPDATE sweep SET steady_since = now() - $1::interval, swept_at = now()`, [interval]);
const silentFor = (worker: string, interval: string) =>
  database.pool.query(`UPDATE workers SET heartbeat_at = now() - $2::interval WHERE id = $1`, [
    worker,
    interval,
  ]);
const living = async () =>
  (await database.pool.query<{ id: string }>('SELECT id FROM workers ORDER BY id')).rows.map(({ id }) => id);
const waitsForLock = async (statement: string) =>
  (
    await database.pool.query(
      `SELECT FROM pg_stat_activity
       WHERE wait_event_type = 'Lock' AND datname = current_database() AND query LIKE $1`,
      [`%${statement}%`],
    )
  ).rowCount === 1;
/** Called dead, and what it held is taken care of. */
async function lose(worker: string): Promise<void> {
  await silentFor(worker, '61 s');
  await clock.sweep();
}
/** The time for another attempt comes. */
async function retryNow(): Promise<void> {
  await database.pool.query(`UPDATE tasks SET due_at = now() - interval '1 s' WHERE due_at IS NOT NULL`);
  await scheduler.startDue();
}
async function outputOf({ taskId, attempt }: Claim): Promise<{ stdout: string; stderr: string }> {
  let text = '';
  for await (const piece of outputJson(database.pool, { taskId, attempt })) text += piece;
  return JSON.parse(text) as { stdout: string; stderr: string };
}

describe('a worker', () => {
  test('that is silent for its lease is called dead, and no other', async () => {
    await silentFor('w', '61 s');
    await silentFor('other', '59 s');
    await clock.sweep();
    expect(await living()).toEqual(['other']);
  });

  test('brings a lease of its own', async () => {
    await database.pool.query(`UPDATE workers SET lease_ms = 120000 WHERE id = 'w'`);
    await silentFor('w', '61 s');
    await clock.sweep();
    expect(await living()).toContain('w');
    await silentFor('w', '121 s');
    await clock.sweep();
    expect(await living()).not.toContain('w');
  });

  test('is not called dead where sweeps had a gap as well: the first one up after an outage buries nobody', async () => {
    await silentFor('w', '10 minutes');
    await database.pool.query(`UPDATE sweep SET steady_since = now() - interval '1 day',
                                                swept_at = now() - interval '16 s'`);
    await clock.sweep();
    await clock.sweep();
    expect(await living()).toContain('w');
    await sweptFor('61 s');
    await clock.sweep();
    expect(await living()).not.toContain('w');
  });

  test('and is where the pause between two sweeps was shorter than a gap', async () => {
    await silentFor('w', '61 s');
    await database.pool.query(`UPDATE sweep SET swept_at = now() - interval '14 s'`);
    await clock.sweep();
    expect(await living()).not.toContain('w');
  });

  test('that writes its heartbeat at the moment of the sweep lives', async () => {
    await silentFor('w', '10 minutes');
    await withClient(url, async (client) => {
      await client.query('BEGIN');
      await client.query(`UPDATE workers SET heartbeat_at = clock_timestamp() WHERE id = 'w'`);
      const sweep = clock.sweep();
      await until('the sweep waits', () => waitsForLock('DELETE FROM workers'));
      await client.query('COMMIT');
      await sweep;
    });
    expect(await living()).toContain('w');
  });

  test('that has been called dead is told so by its heartbeat, and can claim nothing', async () => {
    await schedule([taskOf('a')]);
    await lose('w');
    expect(await beat(database.pool, 'w')).toBeNull();
    expect(await scheduler.claim('w', 10)).toEqual([]);
    expect(await beat(database.pool, 'other')).not.toBeNull();
  });

  test('that claims while it is called dead has the task and loses it, or does not get it', async () => {
    for (let round = 0; round < 30; round += 1) {
      await workersLive(database.pool, 'w');
      await sweptFor('1 hour');
      const id = await schedule([taskOf('a')], { name: `p${round}` });
      await silentFor('w', '61 s');
      const [claims] = await Promise.all([scheduler.claim('w', 1), clock.sweep()]);
      await scheduler.rescue();
      expect(await statuses(id)).toEqual({ a: claims.length === 1 ? 'error' : 'waiting' });
      await database.pool.query(`DELETE FROM jobs`);
    }
  });

  test('that comes back with its name takes it over: what its predecessor held is nobody’s', async () => {
    await takeName(database.pool, { id: 'n#1', name: 'n', leaseMs: LEASE_MS });
    const id = await schedule([taskOf('a')]);
    const claim = await claimOne('n#1');
    await takeName(database.pool, { id: 'n#2', name: 'n', leaseMs: LEASE_MS });
    expect(await living()).toEqual(['n#2', 'other', 'w']);
    expect(await scheduler.rescue()).toBe(1);
    expect((await jobs.detail(id, ANYBODY)).lastError).toBe('the worker "n" was lost while the task ran');
    expect(await finish(claim)).toBe(false);
    expect(await takeFreeName(database.pool, { id: 'n#3', name: 'n', leaseMs: LEASE_MS })).toBeNull();
  });
});

describe('a task of a lost worker', () => {
  test('ends as an error that names the worker, and its job fails in the ordinary way, on_error included (10.2)', async () => {
    const id = await schedule([taskOf('a'), taskOf('b', 'a'), taskOf('c')], {
      onError: { script: ['true'], env: {} },
    });
    await claimOne('w');
    const sibling = await claimOne('other');
    await lose('w');
    expect(await statuses(id)).toEqual({ a: 'error', b: 'skipped', c: 'running' });
    expect((await scheduler.holdings('other')).map(({ stop }) => stop)).toEqual([true]);
    await finish(sibling);
    const handler = await claimOne('other');
    expect(handler.task).toBe('on_error');
    await finish(handler);
    const job = await jobs.detail(id, ANYBODY);
    expect(job).toMatchObject({
      completed: true,
      errored: true,
      canceled: false,
      lastError: 'the worker "w" was lost while the task ran',
    });
    expect(job.tasks[0]).toMatchObject({ name: 'a', status: 'error', exitCode: -1 });
    expect(job.tasks[0]?.end).not.toBeNull();
  });

  test('is tried again where its definition allows it, and the job goes on', async () => {
    const id = await schedule([retried('a'), taskOf('b', 'a')]);
    await claimOne('w');
    await lose('w');
    expect(await statuses(id)).toEqual({ a: 'waiting', b: 'waiting' });
    expect(await scheduler.claim('other', 5)).toEqual([]);
    await retryNow();
    const again = await claimOne('other');
    expect(again).toMatchObject({ task: 'a', attempt: 2 });
    await finish(again);
    await finish(await claimOne('other'));
    expect(await jobs.detail(id, ANYBODY)).toMatchObject({ completed: true, errored: false });
  });

  test('is not where that is for other reasons', async () => {
    const id = await schedule([retried('a', { on: ['failure', 'timeout'] })]);
    await claimOne('w');
    await lose('w');
    expect(await statuses(id)).toEqual({ a: 'error' });
  });

  test('that loses its worker each time stops at its attempts, and the queue behind it moves on', async () => {
    const id = await schedule([retried('poison')]);
    const next = await schedule([taskOf('a')]);
    for (const attempt of [1, 2, 3]) {
      await workersLive(database.pool, 'w');
      expect(await claimOne('w')).toMatchObject({ task: 'poison', attempt });
      await lose('w');
      await retryNow();
    }
    expect(await statuses(id)).toEqual({ poison: 'error' });
    expect((await jobs.detail(id, ANYBODY)).tasks[0]?.attempts).toHaveLength(2);
    expect(await claimOne('other')).toMatchObject({ jobId: next });
  });

  test('of a canceled job ends canceled, and the job leaves its room', async () => {
    const id = await schedule([retried('a')]);
    const next = await schedule([taskOf('a')]);
    await claimOne('w');
    await scheduler.cancel(id, NOBODY);
    await lose('w');
    expect(await jobs.detail(id, ANYBODY)).toMatchObject({ completed: true, canceled: true, errored: false });
    expect((await jobs.detail(next, ANYBODY)).start).not.toBeNull();
  });

  test('says in its output that what was not stored is missing, after all that was', async () => {
    await schedule([retried('a')]);
    const claim = await claimOne('w');
    const output = new OutputWriter(database.pool, 1024).open(claim);
    await output.write('stdout', Buffer.from('before'));
    await output.write('stderr', Buffer.from('oops'));
    await output.flush();
    await lose('w');
    await output.write('stdout', Buffer.from(' and after'));
    await output.write('stderr', Buffer.from(' and after'));
    await output.flush();
    expect(await outputOf(claim)).toEqual({
      stdout: 'before',
      stderr: 'oops\n[holdfast: the worker was lost; what it had not stored of the output is missing]\n',
    });
  });

  test('adds nothing to an output that is being ended: whoever locks the task first comes first', async () => {
    await schedule([retried('a')]);
    const claim = await claimOne('w');
    const piece: Piece = {
      ...claim,
      stream: 'stdout',
      position: 0,
      bytes: Buffer.from('late'),
      ...NO_ARRIVALS,
    };
    await withClient(url, async (client) => {
      await client.query('BEGIN');
      await client.query('UPDATE tasks SET attempt = attempt + 1 WHERE id = $1', [claim.taskId]);
      const inserted = insertPieces(database.pool, [piece]);
      await Promise.race([inserted, until('it waits', () => waitsForLock('INSERT INTO output'))]);
      await client.query('COMMIT');
      await inserted;
    });
    expect(await outputOf(claim)).toEqual({ stdout: '', stderr: '' });
  });

  test('is ended once when the worker reports it at the same time: by whoever commits first', async () => {
    for (let round = 0; round < 30; round += 1) {
      await workersLive(database.pool, 'w');
      const id = await schedule([taskOf('a')], { name: `p${round}` });
      const claim = await claimOne('w');
      await database.pool.query(`DELETE FROM workers WHERE id = 'w'`);
      const [counted, rescued] = await Promise.all([finish(claim), scheduler.rescue()]);
      expect([counted, rescued]).toEqual(counted ? [true, 0] : [false, 1]);
      expect(await statuses(id)).toEqual({ a: counted ? 'done' : 'error' });
    }
  });

  test('is ended once when two rescue at the same time', async () => {
    for (let round = 0; round < 10; round += 1) {
      await workersLive(database.pool, 'w');
      await schedule([taskOf('a'), taskOf('b')], {
        name: `p${round}`,
        continueRunningTasksAfterFailure: true,
      });
      await scheduler.claim('w', 2);
      await database.pool.query(`DELETE FROM workers WHERE id = 'w'`);
      const rescued = await Promise.all([scheduler.rescue(), scheduler.rescue()]);
      expect(rescued[0] + rescued[1]).toBe(2);
    }
  });

  test.each([
    '{}',
    '{"tasks":7,"concurrency":"x","continueRunningTasksAfterFailure":"maybe","onError":3}',
    '[]',
  ])(
    'with a definition that nobody can read ends its job all the same, and keeps nobody else waiting: %s',
    async (body) => {
      const id = await schedule([retried('a')], { concurrency: 1 });
      const next = await schedule([retried('a')], { concurrency: 1 });
      await claimOne('w');
      await database.pool.query('UPDATE definitions SET body = $1::jsonb', [body]);
      await lose('w');
      expect(await statuses(id)).toEqual({ a: 'error' });
      expect((await jobs.detail(next, ANYBODY)).start).not.toBeNull();
    },
  );
});

describe('a task that failed', () => {
  test('waits for another attempt, shows the earlier ones, and is done when that succeeds', async () => {
    const id = await schedule([retried('a', { delayMs: 60_000 }), taskOf('b', 'a')]);
    const first = await claimOne();
    await finish(first, FAILED);
    const [waiting] = (await jobs.detail(id, ANYBODY)).tasks;
    expect(waiting).toMatchObject({ status: 'waiting', start: null, end: null, exitCode: 0, errored: false });
    expect(waiting?.retryAt).toMatch(/Z$/);
    expect(waiting?.attempts).toMatchObject([{ attempt: 1, exitCode: 1, error: 'exit status 1' }]);
    await scheduler.startDue();
    expect(await scheduler.claim('w', 1)).toEqual([]);

    await retryNow();
    const ready = (await jobs.detail(id, ANYBODY)).tasks[0];
    expect(ready).toMatchObject({ status: 'waiting', attempts: [{ attempt: 1 }] });
    await finish(await claimOne());
    const job = await jobs.detail(id, ANYBODY);
    expect(job.tasks[0]).toMatchObject({ status: 'done', attempts: [{ attempt: 1 }] });
    expect(job.tasks[0]).not.toHaveProperty('retryAt');
    expect(job.tasks[1]).not.toHaveProperty('attempts');
  });

  test('and waits when its job is canceled still shows the attempt that it had', async () => {
    const id = await schedule([retried('a', { delayMs: 60_000 })]);
    await finish(await claimOne(), FAILED);
    await scheduler.cancel(id, NOBODY);
    const [canceled] = (await jobs.detail(id, ANYBODY)).tasks;
    expect(canceled).toMatchObject({ status: 'canceled', attempts: [{ attempt: 1, exitCode: 1 }] });
  });

  test('after its last attempt fails its job with that one’s error', async () => {
    const id = await schedule([retried('a', { retries: 1 })]);
    await finish(await claimOne(), FAILED);
    await retryNow();
    await finish(await claimOne(), { ...FAILED, exitCode: 2, error: 'exit status 2' });
    const job = await jobs.detail(id, ANYBODY);
    expect(job).toMatchObject({ completed: true, errored: true, lastError: 'exit status 2' });
    expect(job.tasks[0]?.attempts).toHaveLength(1);
  });

  test('waits twice as long before each further attempt', async () => {
    await schedule([retried('a', { delayMs: 1_000 })]);
    const waits: number[] = [];
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      await finish(await claimOne(), FAILED);
      const { rows } = await database.pool.query<{ wait: number }>(
        `SELECT round(extract(epoch FROM due_at - attempts.ended_at))::int AS wait
         FROM tasks JOIN attempts ON task_id = id AND attempts.attempt = tasks.attempt`,
      );
      waits.push(Number(rows[0]?.wait));
      await retryNow();
    }
    expect(waits).toEqual([1, 2]);
  });

  test('for a reason that no attempt can mend is not tried again', async () => {
    const id = await schedule([retried('a')]);
    await finish(await claimOne(), { status: 'error', exitCode: -1, error: 'template: …', reason: null });
    expect(await statuses(id)).toEqual({ a: 'error' });
  });

  test('is not tried again when it was to be stopped', async () => {
    const id = await schedule([retried('a'), taskOf('b')]);
    const [a, b] = await scheduler.claim('w', 2);
    await finish(b as Claim, FAILED);
    await finish(a as Claim, FAILED);
    expect(await statuses(id)).toEqual({ a: 'canceled', b: 'error' });
  });

  test('and waits is skipped when another one fails for good, and canceled with its job', async () => {
    const id = await schedule([retried('a'), taskOf('b')]);
    const [a, b] = await scheduler.claim('w', 2);
    await finish(a as Claim, FAILED);
    await finish(b as Claim, FAILED);
    expect(await statuses(id)).toEqual({ a: 'skipped', b: 'error' });
    const other = await schedule([retried('a')]);
    await finish(await claimOne(), FAILED);
    await scheduler.cancel(other, NOBODY);
    expect(await jobs.detail(other, ANYBODY)).toMatchObject({ completed: true, canceled: true });
    await retryNow();
    expect(await scheduler.claim('w', 1)).toEqual([]);
  });

  test('whose time comes while its job is canceled is canceled, or runs and is told to stop', async () => {
    for (let round = 0; round < 30; round += 1) {
      const id = await schedule([retried('a')], { name: `p${round}` });
      await finish(await claimOne(), FAILED);
      await database.pool.query(`UPDATE tasks SET due_at = now() - interval '1 s' WHERE due_at IS NOT NULL`);
      const [claims] = await Promise.all([
        scheduler.startDue().then(() => scheduler.claim('w', 1)),
        scheduler.cancel(id, NOBODY),
      ]);
      for (const one of claims) await finish(one);
      expect(await statuses(id)).toEqual({ a: 'canceled' });
    }
  });

  test('is not tried once more, nor ended, by a late word about an attempt that another has followed', async () => {
    const id = await schedule([retried('a')]);
    const first = await claimOne('w');
    expect(await finish(first, FAILED)).toBe(true);
    await retryNow();
    const second = await claimOne('w');
    for (const late of [FAILED, DONE]) expect(await finish(first, late)).toBe(false);
    expect(await statuses(id)).toEqual({ a: 'running' });
    expect(await finish(second)).toBe(true);
    expect(await statuses(id)).toEqual({ a: 'done' });
  });

  test('adds nothing to the output of an attempt that another has followed, even where both come at once', async () => {
    await schedule([retried('a')]);
    const first = await claimOne('w');
    await finish(first, FAILED);
    await retryNow();
    const second = await claimOne('w');
    await insertPieces(
      database.pool,
      [first, second].map(({ taskId, attempt, worker }) => ({
        ...{ taskId, attempt, worker, stream: 'stdout' as const, position: 0 },
        bytes: Buffer.from(`attempt ${attempt}`),
        ...NO_ARRIVALS,
      })),
    );
    expect([await outputOf(first), await outputOf(second)].map(({ stdout }) => stdout)).toEqual([
      '',
      'attempt 2',
    ]);
  });

  test('keeps the output of each attempt', async () => {
    const id = await schedule([retried('a')]);
    for (const text of ['first', 'second']) {
      const claim = await claimOne();
      const output = new OutputWriter(database.pool, 1024).open(claim);
      await output.write('stdout', Buffer.from(text));
      await output.flush();
      await finish(claim, text === 'first' ? FAILED : DONE);
      await retryNow();
    }
    const read = async (attempt?: number) => {
      let text = '';
      const { key } = await jobs.output(
        { id, task: 'a', ...(attempt === undefined ? {} : { attempt }) },
        ANYBODY,
      );
      for await (const piece of outputJson(database.pool, key)) text += piece;
      return (JSON.parse(text) as { stdout: string }).stdout;
    };
    expect([await read(1), await read(2), await read()]).toEqual(['first', 'second', 'second']);
    await expect(read(3)).rejects.toThrow('Attempt not found');
  });
});
