import { ANYBODY } from '../src/domain/caller.js';
import { Database } from '../src/database/database.js';
import type { PipelineDefinition } from '../src/domain/definition.js';
import { JobsService } from '../src/jobs/jobs.service.js';
import { type Claim, Scheduler } from '../src/scheduler/scheduler.js';
import { NOBODY } from './support/actor.js';
import { freshDatabase } from './support/database.js';
import { finishOf, workersLive } from './support/workers.js';
import { pipelineOf, taskOf } from './support/definition.js';

let database: Database;
let scheduler: Scheduler;
let jobs: JobsService;
beforeAll(async () => {
  database = new Database(await freshDatabase(), { name: 'test', size: 10 });
  scheduler = new Scheduler(database);
  jobs = new JobsService(database);
  await workersLive(database.pool, 'w');
});
beforeEach(() => database.pool.query('TRUNCATE definitions CASCADE'));
afterAll(() => database.close());

const pipeline = (more: Partial<PipelineDefinition>) => pipelineOf([taskOf('a')], more);
const schedule = (definition: PipelineDefinition, queuePartition = '', on = scheduler) =>
  on.schedule({ definition, variables: null, queuePartition, by: NOBODY });

/** Ends a job that runs, and answers what runs then. */
async function finishOne(): Promise<void> {
  const [claim] = await scheduler.claim('w', 1);
  await finishOf(scheduler, claim as Claim);
}

async function stateOf(id: string): Promise<string> {
  const job = await jobs.detail(id, ANYBODY);
  if (job.completed) return job.canceled ? 'canceled' : 'done';
  return job.start === null ? 'waiting' : 'running';
}
const statesOf = (ids: string[]) => Promise.all(ids.map(stateOf));
const comes = (id: string) =>
  database.pool.query(
    `UPDATE jobs SET due_at = now() - interval '1 s' WHERE id = $1 AND due_at IS NOT NULL`,
    [id],
  );

describe('append (7.2)', () => {
  test('turns a job away when the list is full, and takes one again when a place is free', async () => {
    const definition = pipeline({ queueLimit: 1 });
    const ids = [await schedule(definition), await schedule(definition)];
    await expect(schedule(definition)).rejects.toThrow(
      'Error scheduling pipeline: concurrency exceeded and queue limit reached for pipeline',
    );
    await finishOne();
    ids.push(await schedule(definition));
    expect(await statesOf(ids)).toEqual(['done', 'running', 'waiting']);
  });

  test('with queue_limit 0 runs a job if there is room, and else turns it away', async () => {
    const definition = pipeline({ queueLimit: 0 });
    const id = await schedule(definition);
    await expect(schedule(definition)).rejects.toThrow(
      'Error scheduling pipeline: concurrency exceeded and queueing disabled for pipeline',
    );
    await finishOne();
    expect(await stateOf(id)).toBe('done');
    await schedule(definition);
  });

  test('frees the place of a canceled job at once (7.6)', async () => {
    const definition = pipeline({ queueLimit: 1 });
    const [, waiting] = [await schedule(definition), await schedule(definition)];
    await scheduler.cancel(waiting, NOBODY);
    expect(await stateOf(await schedule(definition))).toBe('waiting');
  });

  test('holds the limit when fifty callers on three processes schedule at once', async () => {
    const others = [0, 1].map(() => new Database(database.target, { name: 'other', size: 10 }));
    const all = [scheduler, ...others.map((other) => new Scheduler(other))];
    const definition = pipeline({ concurrency: 2, queueLimit: 5 });
    const answers = await Promise.allSettled(
      Array.from({ length: 50 }, (_, index) => schedule(definition, '', all[index % 3])),
    );
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(7);
    expect(await database.prisma.job.count({ where: { status: 'running' } })).toBe(2);
    expect(await database.prisma.job.count({ where: { status: 'waiting' } })).toBe(5);
    await Promise.all(others.map((other) => other.close()));
  });
});

describe('replace (7.3)', () => {
  const definition = pipeline({ queueStrategy: 'replace', queueLimit: 2 });

  test('cancels the last waiting job when the list is full, with its tasks, and takes its place', async () => {
    const ids = [
      await schedule(definition),
      await schedule(definition),
      await schedule(definition),
      await schedule(definition),
    ];
    expect(await statesOf(ids)).toEqual(['running', 'waiting', 'canceled', 'waiting']);
    expect(await jobs.detail(ids[2] as string, ANYBODY)).toMatchObject({
      canceled: true,
      completed: true,
      start: null,
      tasks: [{ status: 'canceled' }],
    });
    await finishOne();
    expect(await statesOf(ids)).toEqual(['done', 'running', 'canceled', 'waiting']);
  });

  test('and the end of the running job at the same time: whoever comes first, one runs and nobody is lost', async () => {
    const single = pipeline({ queueStrategy: 'replace', queueLimit: 1 });
    for (let round = 0; round < 20; round += 1) {
      const own = { ...single, name: `p${round}` };
      const [first, second] = [await schedule(own), await schedule(own)];
      const [third] = await Promise.all([schedule(own), finishOne()]);
      const states = await statesOf([first, second, third]);
      // The finish came first: the second runs and the third waits. The schedule did: the third took the second's place.
      expect([
        ['done', 'running', 'waiting'],
        ['done', 'canceled', 'running'],
      ]).toContainEqual(states);
      await database.pool.query('TRUNCATE definitions CASCADE');
    }
  });

  test('and a cancel of the job to be replaced at the same time: both get their way', async () => {
    const single = pipeline({ queueStrategy: 'replace', queueLimit: 1 });
    for (let round = 0; round < 20; round += 1) {
      const own = { ...single, name: `p${round}` };
      const [first, second] = [await schedule(own), await schedule(own)];
      const [third] = await Promise.all([schedule(own), scheduler.cancel(second, NOBODY)]);
      expect(await statesOf([first, second, third])).toEqual(['running', 'canceled', 'waiting']);
    }
  });

  test('never leaves more waiting than the limit, when many schedule at once', async () => {
    const ids = await Promise.all(Array.from({ length: 30 }, () => schedule(definition)));
    const states = await statesOf(ids);
    expect(states.filter((state) => state === 'running')).toHaveLength(1);
    expect(states.filter((state) => state === 'waiting')).toHaveLength(2);
    expect(states.filter((state) => state === 'canceled')).toHaveLength(27);
  });
});

describe('partitioned_replace (7.4)', () => {
  const definition = pipeline({ queueStrategy: 'partitioned_replace', queuePartitionLimit: 1 });

  test('replaces within a partition only, and goes to the end of the whole list', async () => {
    const running = await schedule(definition, 'x');
    const [a, b, again] = [
      await schedule(definition, 'a'),
      await schedule(definition, 'b'),
      await schedule(definition, 'a'),
    ];
    expect(await statesOf([running, a, b, again])).toEqual(['running', 'canceled', 'waiting', 'waiting']);
    await finishOne();
    expect(await statesOf([b, again])).toEqual(['running', 'waiting']);
  });
});

describe('start_delay (7.5)', () => {
  const definition = pipeline({ startDelayMs: 3_600_000, queueLimit: 2, queueStrategy: 'replace' });

  test('lets a job wait although there is room, until its time has come', async () => {
    const id = await schedule(definition);
    await scheduler.startDue();
    expect(await stateOf(id)).toBe('waiting');
    await comes(id);
    await scheduler.startDue();
    expect(await stateOf(id)).toBe('running');
  });

  test('starts the clock again with a replacement', async () => {
    const ids = [await schedule(definition), await schedule(definition)];
    for (const id of ids) await comes(id);
    const last = await schedule(definition);
    await scheduler.startDue();
    expect(await statesOf([...ids, last])).toEqual(['running', 'canceled', 'waiting']);
  });

  test('does not let a job that is not due block one behind it that is', async () => {
    const [early, late] = [await schedule(definition), await schedule(definition)];
    await comes(late);
    await scheduler.startDue();
    expect(await statesOf([early, late])).toEqual(['waiting', 'running']);
  });

  test('leaves a due job without room to wait like all others, in list order', async () => {
    const ids = [await schedule(definition), await schedule(definition)];
    for (const id of ids) await comes(id);
    await scheduler.startDue();
    await scheduler.startDue();
    expect(await statesOf(ids)).toEqual(['running', 'waiting']);
    await finishOne();
    expect(await statesOf(ids)).toEqual(['done', 'running']);
  });
});
