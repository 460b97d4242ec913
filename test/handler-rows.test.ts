import { ANYBODY } from '../src/domain/caller.js';
import type { PipelineDefinition, TaskDefinition } from '../src/domain/definition.js';
import { Database } from '../src/database/database.js';
import { JobsService } from '../src/jobs/jobs.service.js';
import { type Claim, Scheduler } from '../src/scheduler/scheduler.js';
import { NOBODY } from './support/actor.js';
import { freshDatabase } from './support/database.js';
import { pipelineOf, taskOf } from './support/definition.js';
import { DONE, FAILED, finishOf, workersLive } from './support/workers.js';

let database: Database;
let scheduler: Scheduler;
let jobs: JobsService;
beforeAll(async () => {
  database = new Database(await freshDatabase(), { name: 'test', size: 10 });
  scheduler = new Scheduler(database);
  jobs = new JobsService(database);
});
beforeEach(async () => {
  await database.pool.query('TRUNCATE definitions, workers CASCADE');
  await workersLive(database.pool, 'w', 'other');
});
afterAll(() => database.close());

const SCRIPT = { script: ['true'], env: {} };
const HANDLERS = { onError: SCRIPT, onCancel: SCRIPT, finally: SCRIPT };
const schedule = (tasks: TaskDefinition[], more: Partial<PipelineDefinition> = HANDLERS) =>
  scheduler.schedule({
    definition: pipelineOf(tasks, more),
    variables: null,
    queuePartition: '',
    by: NOBODY,
  });
const claim = (worker = 'w') => scheduler.claim(worker, 5);
const claimOne = async (worker = 'w') => (await scheduler.claim(worker, 1))[0] as Claim;
const finish = (one: Claim, ended = DONE) => finishOf(scheduler, one, ended);
const detail = (id: string) => jobs.detail(id, ANYBODY);
const statuses = async (id: string) =>
  Object.fromEntries((await detail(id)).tasks.map(({ name, status }) => [name, status]));
const cancel = (id: string) => scheduler.cancel(id, NOBODY);
/** Tasks are done or canceled in the order in which they are claimed, until there are none. */
async function runAll(): Promise<string[]> {
  const names: string[] = [];
  for (let claims = await claim(); claims.length > 0; claims = await claim())
    for (const one of claims) {
      names.push(one.task);
      await finish(one);
    }
  return names;
}

test('finally is committed with the end of on_error, so that a crash between them loses nothing: one worker runs it', async () => {
  const id = await schedule([taskOf('a')]);
  await finish(await claimOne(), FAILED);
  const onError = await claimOne();
  await finish(onError);
  // Nobody is told of it any more: all that is left are the rows.
  const [one, two] = await Promise.all([new Scheduler(database).claim('w', 5), claim('other')]);
  expect([...one, ...two].map(({ task }) => task)).toEqual(['finally']);
  expect(await finish(onError)).toMatchObject({ counted: false });
  await finish([...one, ...two][0] as Claim);
  expect(await detail(id)).toMatchObject({ status: 'error', completed: true });
});

test('a finally whose worker is lost is not run again, also where all tasks have retries', async () => {
  const retry = { retries: 3, delayMs: 0, on: ['failure', 'timeout', 'worker_lost'] } as const;
  const id = await schedule([{ ...taskOf('a'), retry }]);
  await finish(await claimOne());
  expect(await claimOne()).toMatchObject({ task: 'finally' });
  await database.pool.query(`DELETE FROM workers WHERE id = 'w'`);
  expect(await scheduler.rescue()).toBe(1);
  expect(await claim('other')).toEqual([]);
  expect(await statuses(id)).toEqual({ a: 'done', finally: 'error' });
});

test('a second cancel while on_cancel is claimed stops it, or it is never claimed; finally never runs', async () => {
  for (let round = 0; round < 30; round += 1) {
    const id = await schedule([taskOf('a')], { ...HANDLERS, name: `p${round}` });
    const a = await claimOne();
    await cancel(id);
    await finish(a);
    const [claims] = await Promise.all([claim(), cancel(id)]);
    const stops = (await scheduler.holdings('w')).map(({ stop }) => stop);
    expect(stops).toEqual(claims.map(() => true));
    for (const one of claims) await finish(one);
    expect(await runAll()).toEqual([]);
    expect(await detail(id)).toMatchObject({ status: 'canceled', errored: false });
    expect(await statuses(id)).toEqual({ a: 'canceled', on_cancel: 'canceled', finally: 'canceled' });
  }
});

test('a second cancel while on_cancel ends finds it before or after its end; either way finally does not run', async () => {
  for (let round = 0; round < 30; round += 1) {
    const id = await schedule([taskOf('a')], { ...HANDLERS, name: `p${round}` });
    const a = await claimOne();
    await cancel(id);
    await finish(a);
    const onCancel = await claimOne();
    await Promise.all([finish(onCancel), cancel(id)]);
    expect(await runAll()).toEqual([]);
    const states = await statuses(id);
    expect(['done', 'canceled']).toContain(states['on_cancel']);
    expect(states).toMatchObject({ a: 'canceled', finally: 'canceled' });
    expect(await detail(id)).toMatchObject({ status: 'canceled', completed: true });
  }
});

test('a first cancel while the last task ends comes before finally or while it is there, and finally runs once', async () => {
  for (let round = 0; round < 30; round += 1) {
    const id = await schedule([taskOf('a')], { ...HANDLERS, name: `p${round}` });
    const a = await claimOne();
    await Promise.all([finish(a), cancel(id)]);
    const ran = await runAll();
    expect([['on_cancel', 'finally'], ['finally']]).toContainEqual(ran);
    expect(await detail(id)).toMatchObject({ status: 'canceled', errored: false });
  }
});

test('a handler that failed is no failure that the next one is told of, nor does it change how the job ends', async () => {
  const canceled = await schedule([taskOf('a')]);
  const a = await claimOne();
  await cancel(canceled);
  await finish(a);
  await finish(await claimOne(), FAILED);
  const handlers = ['on_error', 'on_cancel', 'finally'] as const;
  expect(await claimOne()).toMatchObject({ task: 'finally' });
  expect(await scheduler.failure(canceled, handlers)).toBeNull();
  expect(await scheduler.end(canceled, handlers)).toBe('canceled');

  const failed = await schedule([taskOf('b')], { ...HANDLERS, name: 'other' });
  await finish(await claimOne(), FAILED);
  await finish(await claimOne(), FAILED);
  expect(await claimOne()).toMatchObject({ task: 'finally' });
  expect(await scheduler.failure(failed, handlers)).toMatchObject({ task: 'b' });
  expect(await scheduler.end(failed, handlers)).toBe('error');
});

test('a third cancel changes nothing, and one after the end is answered as before', async () => {
  const id = await schedule([taskOf('a')]);
  const a = await claimOne();
  await cancel(id);
  await finish(a);
  const onCancel = await claimOne();
  await cancel(id);
  await cancel(id);
  expect(await statuses(id)).toEqual({ a: 'canceled', on_cancel: 'running', finally: 'canceled' });
  await finish(onCancel);
  await cancel(id);
  expect(await detail(id)).toMatchObject({ status: 'canceled', completed: true });
});

describe('a job of an older version that has tasks called as handlers are now', () => {
  const old = { onError: SCRIPT };
  const tasks = [taskOf('a'), taskOf('finally', 'a'), taskOf('on_cancel', 'finally')];

  test('runs them as tasks', async () => {
    const id = await schedule(tasks, old);
    expect(await runAll()).toEqual(['a', 'finally', 'on_cancel']);
    expect(await detail(id)).toMatchObject({ status: 'done' });
  });

  test('cancels them as tasks', async () => {
    const id = await schedule(tasks, old);
    const a = await claimOne();
    await cancel(id);
    await finish(a);
    expect(await runAll()).toEqual([]);
    expect(await statuses(id)).toEqual({ a: 'canceled', finally: 'canceled', on_cancel: 'canceled' });
  });

  test('handles their failure, which its on_error is told of', async () => {
    const id = await schedule(tasks, old);
    await finish(await claimOne());
    await finish(await claimOne(), FAILED);
    expect(await claimOne()).toMatchObject({ task: 'on_error' });
    expect(await scheduler.failure(id, ['on_error'])).toMatchObject({ task: 'finally' });
  });
});
