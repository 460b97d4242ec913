import { ANYBODY } from '../src/domain/caller.js';
import { Database } from '../src/database/database.js';
import type { PipelineDefinition } from '../src/domain/definition.js';
import { JobsService } from '../src/jobs/jobs.service.js';
import { type Claim, Scheduler } from '../src/scheduler/scheduler.js';
import { NOBODY } from './support/actor.js';
import { freshDatabase } from './support/database.js';
import { pipelineOf as pipeline, taskOf as task } from './support/definition.js';
import { DONE, FAILED, finishOf, workersLive } from './support/workers.js';

let database: Database;
let scheduler: Scheduler;
let jobs: JobsService;
beforeAll(async () => {
  database = new Database(await freshDatabase(), { name: 'test', size: 10 });
  scheduler = new Scheduler(database);
  jobs = new JobsService(database);
  await workersLive(database.pool, 'w', ...Array.from({ length: 40 }, (_, index) => `w${index}`));
});
beforeEach(() => database.pool.query('TRUNCATE definitions CASCADE'));
afterAll(() => database.close());

const schedule = (definition: PipelineDefinition) =>
  scheduler.schedule({ definition, variables: null, queuePartition: '', by: NOBODY });
const done = DONE;
const failed = FAILED;
const claim = (worker = 'w', limit = 100) => scheduler.claim(worker, limit);
const finish = async (one: Claim | undefined, ended = done, worker = one?.worker ?? '') =>
  (await finishOf(scheduler, { ...(one as Claim), worker }, ended)).counted;
const stopping = async (worker: string) =>
  (await scheduler.holdings(worker)).flatMap(({ taskId, stop }) => (stop ? [taskId] : []));
const names = (claims: Claim[]) => claims.map((one) => one.task);

async function states(id: string): Promise<Record<string, string>> {
  const job = await jobs.detail(id, ANYBODY);
  const end = job.canceled ? 'canceled' : job.errored ? 'error' : 'done';
  const state = job.completed ? end : job.start === null ? 'waiting' : 'running';
  return { job: state, ...Object.fromEntries(job.tasks.map((one) => [one.name, one.status])) };
}

describe('a job', () => {
  test('goes through its tasks by their dependencies', async () => {
    const id = await schedule(pipeline([task('c', 'a', 'b'), task('a'), task('b', 'a')]));
    expect(await states(id)).toEqual({ job: 'running', a: 'waiting', b: 'waiting', c: 'waiting' });
    for (const name of ['a', 'b', 'c']) {
      const claims = await claim();
      expect(names(claims)).toEqual([name]);
      expect(await states(id)).toMatchObject({ job: 'running', [name]: 'running' });
      expect(await finish(claims[0])).toBe(true);
    }
    expect(await states(id)).toEqual({ job: 'done', a: 'done', b: 'done', c: 'done' });
  });

  test('is told as it is now, however often it was asked for, and as it was told before where nothing has changed', async () => {
    const id = await schedule(pipeline([task('a'), task('b', 'a')]));
    const told: string[] = [];
    const tell = async () => {
      const asked = [1, 2, 3].map(async () => (await jobs.detailAndEnd(id, ANYBODY)).answer);
      expect(new Set(await Promise.all(asked)).size).toBe(1);
      const { answer } = await jobs.detailAndEnd(id, ANYBODY);
      expect(JSON.parse(answer)).toEqual(JSON.parse(JSON.stringify(await jobs.detail(id, ANYBODY))));
      told.push(answer);
    };
    await tell();
    for (const name of ['a', 'b']) {
      const [one] = await claim();
      expect(one?.task).toBe(name);
      await tell();
      await finish(one);
      await tell();
    }
    const caller = { ...ANYBODY, ...NOBODY };
    await scheduler.rerun(
      { jobId: id, from: 'start', caller, traceParent: null, isDefined: () => true },
      null,
    );
    await tell();
    await tell();
    expect(new Set(told).size).toBe(told.length - 1);
    expect(JSON.parse(told.at(-1) ?? '')).toMatchObject({ completed: true, reruns: [expect.any(String)] });
  });

  test('without tasks is done when it is scheduled, and takes no room', async () => {
    const ids = [await schedule(pipeline([])), await schedule(pipeline([]))];
    for (const id of ids)
      expect(await jobs.detail(id, ANYBODY)).toMatchObject({ completed: true, tasks: [] });
  });

  test('without tasks that waited is done when it is its turn, and the next one starts', async () => {
    const [first, empty, last] = [
      await schedule(pipeline([task('a')])),
      await schedule(pipeline([])),
      await schedule(pipeline([task('a')])),
    ];
    expect(await states(empty)).toEqual({ job: 'waiting' });
    await finish((await claim())[0]);
    expect([await states(first), await states(empty), await states(last)]).toMatchObject([
      { job: 'done' },
      { job: 'done' },
      { job: 'running' },
    ]);
  });

  test('carries the definition that it was scheduled with (9.7)', async () => {
    await schedule(pipeline([task('old')]));
    await schedule(pipeline([task('new')]));
    const [one] = await claim();
    expect((await scheduler.definition(String(one?.definitionId)))?.tasks).toEqual([task('old')]);
  });

  test('that fails stops its running siblings and skips the rest (6.2)', async () => {
    const id = await schedule(pipeline([task('a'), task('b'), task('c', 'a'), task('d')]));
    const [a, b] = await claim('w', 2);
    await finish(a, failed);
    expect(await states(id)).toEqual({
      job: 'running',
      a: 'error',
      b: 'running',
      c: 'skipped',
      d: 'skipped',
    });
    expect(await stopping('w')).toEqual([b?.taskId]);
    await finish(b, done);
    expect(await states(id)).toEqual({ job: 'error', a: 'error', b: 'canceled', c: 'skipped', d: 'skipped' });
    expect((await jobs.detail(id, ANYBODY)).lastError).toBe('exit status 1');
  });

  test('that goes on after a failure ends its independent branches (6.2)', async () => {
    const tasks = [task('a'), task('b'), task('c', 'a'), task('d', 'b')];
    const id = await schedule(pipeline(tasks, { continueRunningTasksAfterFailure: true }));
    const [a, b] = await claim();
    await finish(a, failed);
    await finish(b);
    expect(names(await claim())).toEqual(['d']);
    expect(await states(id)).toEqual({ job: 'running', a: 'error', b: 'done', c: 'skipped', d: 'running' });
  });
});

describe('the wait list', () => {
  test('starts as many as there is room for, in its order (7.8)', async () => {
    const definition = pipeline([task('a')], { concurrency: 2 });
    const ids: string[] = [];
    for (let count = 0; count < 5; count += 1) ids.push(await schedule(definition));
    const running = async () => (await Promise.all(ids.map((id) => states(id)))).map(({ job }) => job);
    expect(await running()).toEqual(['running', 'running', 'waiting', 'waiting', 'waiting']);
    const claims = await claim();
    await finish(claims[1]);
    expect(await running()).toEqual(['running', 'done', 'running', 'waiting', 'waiting']);
    await finish(claims[0]);
    expect(await running()).toEqual(['done', 'done', 'running', 'running', 'waiting']);
  });

  test('never lets more run than concurrency says, when fifty callers on three processes schedule at once', async () => {
    const others = [
      new Database(database.target, { name: 'b', size: 10 }),
      new Database(database.target, { name: 'c', size: 10 }),
    ];
    const all = [scheduler, ...others.map((other) => new Scheduler(other))];
    const definition = pipeline([task('a')], { concurrency: 3 });
    const request = { definition, variables: null, queuePartition: '', by: NOBODY };
    await Promise.all(
      Array.from({ length: 50 }, (_, index) => (all[index % 3] as Scheduler).schedule(request)),
    );
    const count = () => database.prisma.job.count({ where: { status: 'running' } });
    expect(await count()).toBe(3);
    let finished = 0;
    for (let claims = await claim(); claims.length > 0; claims = await claim()) {
      expect(claims.length).toBeLessThanOrEqual(3);
      await Promise.all(claims.map((one) => finish(one)));
      expect(await count()).toBe(Math.min(3, 50 - (finished += claims.length)));
    }
    expect(finished).toBe(50);
    await Promise.all(others.map((other) => other.close()));
  });

  test('goes on behind a canceled job that waited for a lower limit of its own (7.6, 9.7)', async () => {
    await schedule(pipeline([task('a')], { concurrency: 2 }));
    const strict = await schedule(pipeline([task('a')], { concurrency: 1 }));
    const behind = await schedule(pipeline([task('a')], { concurrency: 2 }));
    expect([(await states(strict))['job'], (await states(behind))['job']]).toEqual(['waiting', 'waiting']);
    await scheduler.cancel(strict, NOBODY);
    expect(await states(behind)).toMatchObject({ job: 'running' });
  });

  test('of one pipeline has nothing to do with another’s', async () => {
    await schedule(pipeline([task('a')]));
    const other = await schedule(pipeline([task('a')], { name: 'q' }));
    expect(await states(other)).toMatchObject({ job: 'running' });
  });
});

describe('a claim', () => {
  test('goes to one worker only, however many ask at once', async () => {
    await schedule(pipeline(Array.from({ length: 200 }, (_, index) => task(`t${index}`))));
    const claims = await Promise.all(Array.from({ length: 40 }, (_, index) => claim(`w${index}`, 10)));
    const ids = claims.flat().map((one) => one.taskId);
    expect([ids.length, new Set(ids).size]).toEqual([200, 200]);
  });

  test('raises the attempt', async () => {
    await schedule(pipeline([task('a')]));
    expect(await claim()).toMatchObject([{ task: 'a', attempt: 1, variables: null, pipeline: 'p' }]);
  });

  test('goes by the index, though the table was small when its connection first planned it', async () => {
    const work = new Database(database.target, { name: 'test', size: 1, keepsPlans: true });
    try {
      for (let n = 0; n < 60; n += 1) await schedule(pipeline([task('a')]));
      await database.pool.query('ANALYZE tasks');
      const on = new Scheduler(work);
      const wholeReads = async () => {
        await work.pool.query('SELECT pg_stat_force_next_flush()');
        const { rows } = await work.pool.query<{ count: number }>(
          `SELECT seq_scan::int AS count FROM pg_stat_user_tables WHERE relname = 'tasks'`,
        );
        return rows[0]?.count;
      };
      const before = await wholeReads();
      for (let n = 0; n < 8; n += 1) await on.claim('w', 1);
      expect(await wholeReads()).toBe(before);
    } finally {
      await work.close();
    }
  });

  test('comes with the finish of another task, for the room that there is', async () => {
    await schedule(pipeline([task('a'), task('b', 'a'), task('c', 'a'), task('d', 'a')]));
    const [a] = await claim();
    const { counted, claims } = await finishOf(scheduler, a as Claim, done, 2);
    expect([counted, claims.map((one) => one.task)]).toEqual([true, ['b', 'c']]);
    expect((await finishOf(scheduler, claims[0] as Claim, done, 5)).claims.map((one) => one.task)).toEqual([
      'd',
    ]);
  });

  test('of somebody else cannot be finished', async () => {
    const id = await schedule(pipeline([task('a')]));
    const [one] = await claim('w');
    expect(await finish(one, done, 'stranger')).toBe(false);
    expect(await finish({ ...(one as Claim), attempt: 2 })).toBe(false);
    expect(await states(id)).toMatchObject({ job: 'running', a: 'running' });
  });

  test('is finished once: a second word does not count', async () => {
    const id = await schedule(pipeline([task('a')]));
    const [one] = await claim();
    expect([await finish(one), await finish(one, failed)]).toEqual([true, false]);
    expect(await states(id)).toEqual({ job: 'done', a: 'done' });
  });
});

describe('a cancel', () => {
  test('of a waiting job ends it, without a start, and it never runs', async () => {
    await schedule(pipeline([task('a')]));
    const id = await schedule(pipeline([task('a')]));
    await scheduler.cancel(id, NOBODY);
    expect(await jobs.detail(id, ANYBODY)).toMatchObject({
      completed: true,
      canceled: true,
      errored: false,
      start: null,
    });
    expect(await states(id)).toEqual({ job: 'canceled', a: 'canceled' });
    await finish((await claim())[0]);
    expect(await claim()).toEqual([]);
  });

  test('of a running job cancels what does not run and stops what does', async () => {
    const id = await schedule(pipeline([task('a'), task('b'), task('c', 'a')]));
    const [a] = await claim('w', 1);
    await scheduler.cancel(id, NOBODY);
    expect(await jobs.detail(id, ANYBODY)).toMatchObject({ completed: false, canceled: true });
    expect(await states(id)).toEqual({ job: 'running', a: 'running', b: 'canceled', c: 'canceled' });
    expect(await stopping('w')).toEqual([a?.taskId]);
    await finish(a, failed);
    expect(await jobs.detail(id, ANYBODY)).toMatchObject({ completed: true, canceled: true, errored: false });
    expect((await jobs.detail(id, ANYBODY)).lastError).toBeUndefined();
  });

  test('wins over whatever the killed processes answer (5.9)', async () => {
    for (const answer of [done, failed]) {
      const id = await schedule(pipeline([task('a')]));
      const [a] = await claim();
      await scheduler.cancel(id, NOBODY);
      await finish(a, answer);
      expect((await jobs.detail(id, ANYBODY)).tasks).toMatchObject([
        { status: 'canceled', exitCode: -1, errored: false },
      ]);
    }
  });

  test('again is no error; of a completed job it is', async () => {
    const id = await schedule(pipeline([task('a')]));
    await scheduler.cancel(id, NOBODY);
    await scheduler.cancel(id, NOBODY);
    const over = await schedule(pipeline([task('a')]));
    await finish((await claim())[0]);
    await expect(scheduler.cancel(over, NOBODY)).rejects.toThrow('Job is already completed');
    await expect(scheduler.cancel('52a5cb79-7556-4c52-8e6f-dd6aaf1bc4c8', NOBODY)).rejects.toThrow(
      'Job not found',
    );
  });

  test('leaves its room to the next job once its tasks have stopped', async () => {
    const [id, next] = [await schedule(pipeline([task('a')])), await schedule(pipeline([task('a')]))];
    const [a] = await claim();
    await scheduler.cancel(id, NOBODY);
    expect(await states(next)).toMatchObject({ job: 'waiting' });
    await finish(a);
    expect(await states(next)).toMatchObject({ job: 'running' });
  });

  test('and a claim at the same time: the task is canceled, or it runs and is told to stop', async () => {
    for (let round = 0; round < 40; round += 1) {
      const id = await schedule(pipeline([task('a')], { name: `p${round}` }));
      const [claims] = await Promise.all([claim(), scheduler.cancel(id, NOBODY)]);
      expect(await stopping('w')).toEqual(claims.map((one) => one.taskId));
      for (const one of claims) await finish(one);
      expect(await states(id)).toEqual({ job: 'canceled', a: 'canceled' });
    }
  });

  test('and the finish of the last task at the same time: one end, and the caller is told which', async () => {
    for (let round = 0; round < 40; round += 1) {
      const id = await schedule(pipeline([task('a')], { name: `p${round}` }));
      const [a] = await claim();
      const [, canceled] = await Promise.all([
        finish(a),
        scheduler.cancel(id, NOBODY).then(
          () => true,
          () => false,
        ),
      ]);
      expect((await states(id))['job']).toBe(canceled ? 'canceled' : 'done');
    }
  });

  test('and a failure, while siblings are claimed at the same time: nothing is left running unseen', async () => {
    for (let round = 0; round < 30; round += 1) {
      const tasks = Array.from({ length: 6 }, (_, index) => task(`t${index}`));
      const id = await schedule(pipeline(tasks, { name: `p${round}` }));
      const [first] = await claim('w', 1);
      const [, more, rest] = await Promise.all([finish(first, failed), claim('w', 2), claim('w', 9)]);
      const held = [...more, ...rest];
      expect((await stopping('w')).sort()).toEqual(held.map((one) => one.taskId).sort());
      for (const one of held) await finish(one);
      expect(await states(id)).toMatchObject({ job: 'error' });
    }
  });
});
