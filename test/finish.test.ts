import { Database } from '../src/database/database.js';
import type { PipelineDefinition } from '../src/domain/definition.js';
import { type Claim, Scheduler } from '../src/scheduler/scheduler.js';
import { NOBODY } from './support/actor.js';
import { freshDatabase } from './support/database.js';
import { pipelineOf as pipeline, taskOf as task } from './support/definition.js';
import { DONE, FAILED, workersLive } from './support/workers.js';

let database: Database;
let scheduler: Scheduler;
beforeAll(async () => {
  database = new Database(await freshDatabase(), { name: 'test', size: 10 });
  scheduler = new Scheduler(database);
  await workersLive(database.pool, 'w', 'v');
});
beforeEach(() => database.pool.query('TRUNCATE definitions CASCADE'));
afterAll(() => database.close());

const schedule = (definition: PipelineDefinition) =>
  scheduler.schedule({ definition, variables: null, queuePartition: '', by: NOBODY });
const doneAll = (claims: readonly Claim[]) => claims.map((claim) => ({ claim, ended: DONE }));

async function column<T>(sql: string): Promise<T[]> {
  const { rows } = await database.pool.query<{ value: T }>(sql);
  return rows.map(({ value }) => value);
}
const statusesOf = (table: 'jobs' | 'tasks') => {
  const order = table === 'jobs' ? 'position' : 'id';
  return column<string>(`SELECT status AS value FROM ${table} ORDER BY ${order}`);
};

describe('ends that are reported together', () => {
  test('are one transaction, with the ends of their jobs and what is claimed next', async () => {
    for (let n = 0; n < 3; n += 1) await schedule(pipeline([task('a'), task('b', 'a')], { concurrency: 3 }));
    const { claims, outcomes } = await scheduler.finish('w', doneAll(await scheduler.claim('w', 3)), 2);
    expect([outcomes, claims.map((one) => one.task)]).toEqual([
      ['done', 'done', 'done'],
      ['b', 'b'],
    ]);
    const [last] = await scheduler.claim('w', 3);
    await scheduler.finish('w', doneAll([...claims, last as Claim]));
    expect(await statusesOf('jobs')).toEqual(['done', 'done', 'done']);
    const writers = await column<string>(
      `SELECT DISTINCT xmin::text AS value FROM jobs UNION SELECT xmin::text FROM tasks WHERE name = 'b'`,
    );
    expect(writers).toHaveLength(1);
  });

  test('are each judged by their own attempt: one that somebody else has decided leaves the others', async () => {
    for (let n = 0; n < 2; n += 1) await schedule(pipeline([task('a')], { concurrency: 2 }));
    const [one, other] = (await scheduler.claim('w', 2)) as [Claim, Claim];
    const { outcomes } = await scheduler.finish('w', doneAll([{ ...one, attempt: 2 }, other]));
    expect([outcomes, await statusesOf('jobs')]).toEqual([
      [null, 'done'],
      ['running', 'done'],
    ]);
  });

  test('may be a success, a failure and an attempt that is followed by another', async () => {
    const retry = { retries: 1, delayMs: 60_000, factor: 1, maxDelayMs: 60_000, on: ['failure'] as const };
    await schedule(pipeline([task('a')], { concurrency: 3 }));
    await schedule(pipeline([task('a'), task('b')], { concurrency: 3 }));
    await schedule(pipeline([{ ...task('a'), retry: { ...task('a').retry, ...retry } }], { concurrency: 3 }));
    const [a, b, , again] = await scheduler.claim('w', 4);
    const { outcomes } = await scheduler.finish('w', [
      { claim: a as Claim, ended: DONE },
      { claim: b as Claim, ended: FAILED },
      { claim: again as Claim, ended: FAILED },
    ]);
    expect(outcomes).toEqual(['done', 'error', 'waiting']);
    expect(await statusesOf('jobs')).toEqual(['done', 'running', 'running']);
    // The one beside what has failed is to be stopped, and nobody else's is.
    expect((await scheduler.holdings('w')).map(({ stop }) => stop)).toEqual([true]);
  });

  test('of two jobs of one pipeline make room for two that wait, in the order of their list', async () => {
    const wide = (name: string) => pipeline([task(name)], { concurrency: 2 });
    for (const name of ['a', 'b', 'c', 'd', 'e']) await schedule(wide(name));
    const { claims } = await scheduler.finish('w', doneAll(await scheduler.claim('w', 5)), 5);
    expect([claims.map((one) => one.task), await statusesOf('jobs')]).toEqual([
      ['c', 'd'],
      ['done', 'done', 'running', 'running', 'waiting'],
    ]);
  });

  test('of jobs of several pipelines make room in each of them', async () => {
    for (const name of ['q', 'p', 'q', 'p', 'q'])
      await schedule(pipeline([task(name)], { name, concurrency: 1 }));
    const { claims } = await scheduler.finish('w', doneAll(await scheduler.claim('w', 5)), 5);
    expect(claims.map((one) => one.task)).toEqual(['q', 'p']);
    expect(await statusesOf('jobs')).toEqual(['done', 'done', 'running', 'running', 'waiting']);
  });

  test('let more jobs start than are started at once, those without tasks among them', async () => {
    await schedule(pipeline([task('first')], { concurrency: 1 }));
    for (let n = 0; n < 120; n += 1) await schedule(pipeline([], { concurrency: 1 }));
    await schedule(pipeline([task('last')], { concurrency: 1 }));
    const { claims } = await scheduler.finish('w', doneAll(await scheduler.claim('w', 1)), 5);
    expect(claims.map((one) => one.task)).toEqual(['last']);
    expect(new Set((await statusesOf('jobs')).slice(0, -1))).toEqual(new Set(['done']));
  });

  test('by two workers of the same jobs, each in another order, wait for each other and are all committed', async () => {
    for (let round = 0; round < 20; round += 1) {
      await database.pool.query('TRUNCATE definitions CASCADE');
      for (const name of ['p', 'q', 'r', 's'])
        await schedule(pipeline([task('a'), task('b')], { name, concurrency: 4 }));
      const of = async (worker: string) => await scheduler.claim(worker, 4);
      const [some, others] = [await of('w'), await of('v')];
      const told = await Promise.all([
        scheduler.finish('w', doneAll(some)),
        scheduler.finish('v', doneAll([...others].reverse())),
      ]);
      expect(told.flatMap(({ outcomes }) => outcomes)).toEqual(Array.from({ length: 8 }, () => 'done'));
      expect(await statusesOf('jobs')).toEqual(['done', 'done', 'done', 'done']);
    }
  });
});
