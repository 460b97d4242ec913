import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JobDetailResponse } from '../src/jobs/job.response.js';
import type { PipelinesResponse } from '../src/jobs/other.responses.js';
import { Database } from '../src/database/database.js';
import { RetentionClock } from '../src/scheduler/retention.js';
import { freshDatabase } from './support/database.js';
import { pipelineOf } from './support/definition.js';
import { pipelinesFolder, taskStates, TestService } from './support/service.js';
import { bearer, SECRET } from './support/token.js';
import { until } from './support/wait.js';

/** Tasks that are to fail once look for a file of this name below the working directory. */
const PIPELINES = `
pipelines:
  half:
    variables: { mended: { type: string } }
    tasks:
      first: { script: ['echo first of $TASK_ATTEMPT in {{ .__jobID }}'], retries: 1 }
      second: { script: [echo second, '[ -e "{{ .mended }}" ]'], depends_on: [first, aside] }
      third: { script: [echo third], depends_on: [second] }
      aside: { script: [echo aside] }
    on_error: { script: [echo sorry] }
  gone: { tasks: { t: { script: [exit 1] } } }
  full: { queue_limit: 0, tasks: { t: { script: ['until [ -e "{{ .gate }}" ]; do sleep 0.02; done'] } } }
  line: { tasks: { t: { script: ['until [ -e "{{ .gate }}" ]; do sleep 0.02; done'] } } }
  shares: { queue_strategy: partitioned_replace, queue_partition_limit: 1, tasks: { t: { script: [sleep 600] } } }
`;

const CHANGED = PIPELINES.replaceAll('first', 'other').replace(/ {2}gone:.*\n/, '');

let url: string;
let folder: string;
let service: TestService;
let jane: Record<string, string>;
beforeAll(async () => {
  url = await freshDatabase();
  folder = pipelinesFolder(PIPELINES);
  service = new TestService(
    { DATABASE_URL: url, HOLDFAST_PATH: folder, HOLDFAST_JWT_SECRET: SECRET, HOLDFAST_WORKER_SLOTS: '8' },
    folder,
  );
  jane = await bearer({ sub: 'jane' });
});
afterAll(() => service.stop());

async function schedule(pipeline: string, variables = {}, queuePartition = ''): Promise<string> {
  const body = JSON.stringify({ pipeline, variables, queuePartition });
  const answer = await service.call<{ jobId: string }>('POST', '/pipelines/schedule', body, jane);
  expect(answer).toMatchObject({ status: 202 });
  return answer.body.jobId;
}

const post = <T = { jobId: string }>(path: string, as = jane) => service.call<T>('POST', path, undefined, as);

async function rerun(id: string, more = '', as = jane): Promise<string> {
  const answer = await post(`/job/rerun?id=${id}${more}`, as);
  expect(answer).toMatchObject({ status: 202 });
  return answer.body.jobId;
}

const detail = async (id: string) =>
  (await service.call<JobDetailResponse>('GET', `/job/detail?id=${id}`, undefined, jane)).body;
const completed = (id: string) =>
  until(`job ${id} is completed`, async () => {
    const job = await detail(id);
    return job.completed && job;
  });
const logs = async (id: string, task: string, more = '') =>
  service.call<{ stdout?: string; error?: string }>(
    'GET',
    `/job/logs?id=${id}&task=${task}${more}`,
    undefined,
    jane,
  );
const cancel = async (id: string) => {
  await post(`/job/cancel?id=${id}`);
  await completed(id);
};

async function failed(): Promise<JobDetailResponse> {
  const job = await completed(await schedule('half', { mended: 'nowhere' }));
  expect(taskStates(job)).toMatchObject({
    second: 'error',
    third: 'skipped',
    on_error: 'done',
  });
  return job;
}

describe('a rerun', () => {
  test('is a new job with the same variables, of whoever asks for it, and runs all of it', async () => {
    const job = await failed();
    const joe = await bearer({ sub: 'joe' });
    const again = await completed(await rerun(job.id, '', joe));
    expect(again.id).not.toBe(job.id);
    expect(again).toMatchObject({
      pipeline: 'half',
      variables: { mended: 'nowhere' },
      user: 'joe',
      errored: true,
      rerunOf: job.id,
    });
    expect(again.tasks.some(({ carriedOver }) => carriedOver)).toBe(false);
    expect((await logs(again.id, 'first')).body.stdout).toBe(`first of 1 in ${again.id}\n`);
    const audit = await service.call('GET', `/job/audit?id=${again.id}`, undefined, jane);
    expect(audit.body).toMatchObject({ events: [{ action: 'rerun', user: 'joe', otherJobId: job.id }] });
    // The first one is as it was.
    const { reruns, ...before } = await detail(job.id);
    expect([before, reruns]).toEqual([job, [again.id]]);
  });

  test('from what failed carries over what was done, as it was, and runs the rest', async () => {
    const job = await failed();
    const id = await rerun(job.id, '&from=failed');
    const again = await completed(id);
    expect(taskStates(again)).toEqual({
      aside: 'done',
      first: 'done',
      second: 'error',
      third: 'skipped',
      on_error: 'done',
    });
    for (const name of ['first', 'aside']) {
      const [was, is] = [job, again].map(({ tasks }) => tasks.find((task) => task.name === name));
      expect(is).toEqual(Object.assign({ carriedOver: true }, was));
    }
    expect(again.tasks.filter(({ carriedOver }) => carriedOver)).toHaveLength(2);
  });

  test('ends as done where what had failed does not fail again', async () => {
    const job = await completed(await schedule('half', { mended: 'pipelines.yml' }));
    expect(job.errored).toBe(false);
    const again = await completed(await rerun(job.id));
    expect(taskStates(again)).toEqual({ aside: 'done', first: 'done', second: 'done', third: 'done' });
  });

  test('of a job in which nothing has failed has nothing to do, and is done', async () => {
    const job = await completed(await schedule('half', { mended: 'pipelines.yml' }));
    const again = await detail(await rerun(job.id, '&from=failed'));
    expect(again).toMatchObject({ status: 'done', errored: false });
    expect(again.tasks.every(({ carriedOver }) => carriedOver)).toBe(true);
  });

  test('shows the output of a task that was carried over, also from rerun to rerun', async () => {
    const job = await failed();
    const second = await completed(await rerun(job.id, '&from=failed'));
    const third = await completed(await rerun(second.id, '&from=failed'));
    for (const { id } of [job, second, third]) {
      expect((await logs(id, 'first')).body.stdout).toBe(`first of 1 in ${job.id}\n`);
      expect((await logs(id, 'first', '&attempt=1')).status).toBe(200);
      expect((await logs(id, 'first', '&attempt=2')).status).toBe(404);
    }
    expect([third.rerunOf, second.rerunOf]).toEqual([second.id, job.id]);
    expect((await detail(job.id)).reruns).toEqual([second.id]);
  });

  test('is what it was when the job that it is of is removed, but for the output of what was carried over', async () => {
    const job = await failed();
    const again = await completed(await rerun(job.id, '&from=failed'));
    const database = new Database(url, { name: 'test', size: 2 });
    await database.pool.query(`UPDATE jobs SET created_at = '2020-01-01' WHERE id = $1`, [job.id]);
    const pipelines = new Map([['half', pipelineOf([], { name: 'half', retentionPeriodMs: 86_400_000 })]]);
    await new RetentionClock({ database, pipelines, orphanMs: null }).retain();
    await database.close();
    expect((await service.call('GET', `/job/detail?id=${job.id}`, undefined, jane)).status).toBe(404);
    expect(await detail(again.id)).toEqual(again);
    expect((await logs(again.id, 'second')).body.stdout).toBe('second\n');
    expect(await logs(again.id, 'first')).toMatchObject({
      status: 404,
      body: { error: 'Output is no longer kept' },
    });
    const third = await completed(await rerun(again.id, '&from=failed'));
    expect(third.tasks.find(({ name }) => name === 'first')).toMatchObject({
      status: 'done',
      carriedOver: true,
    });
  });

  test('of a job keeps its definition, also when the files have changed', async () => {
    const job = await failed();
    writeFileSync(join(folder, 'pipelines.yml'), CHANGED);
    service.process.kill('SIGUSR1');
    await until('the changed file is in force', async () => {
      const { body } = await service.call<PipelinesResponse>('GET', '/pipelines', undefined, jane);
      return body.pipelines.every(({ pipeline }) => pipeline !== 'gone');
    });
    const changed = await completed(await schedule('half', { mended: 'nowhere' }));
    expect(changed.tasks.map(({ name }) => name)).toContain('other');
    const again = await completed(await rerun(job.id));
    expect(again.tasks.map(({ name }) => name)).toEqual(job.tasks.map(({ name }) => name));
  });
});

describe('a rerun is admitted like any other job:', () => {
  test('it waits its turn, says its place, and takes what was carried over along', async () => {
    const job = await completed(await schedule('line', { gate: 'pipelines.yml' }));
    const ahead = await schedule('line', { gate: 'never' });
    const ids = [await rerun(job.id), await rerun(job.id, '&from=failed')];
    const jobs = await Promise.all(ids.map(detail));
    expect(jobs).toMatchObject([
      { status: 'waiting', queuePosition: 1, tasks: [{ status: 'waiting' }] },
      { status: 'waiting', queuePosition: 2, tasks: [{ status: 'done', carriedOver: true }] },
    ]);
    expect((await detail(ahead)).queuePosition).toBeUndefined();
    await cancel(ahead);
    for (const id of ids) expect(await completed(id)).toMatchObject({ status: 'done' });
    expect((await detail(job.id)).reruns).toEqual([...ids].reverse());
  });

  test('it is refused where there is no room', async () => {
    const job = await completed(await schedule('full', { gate: 'pipelines.yml' }));
    const running = await schedule('full', { gate: 'never' });
    const error = 'Error scheduling pipeline: concurrency exceeded and queueing disabled for pipeline';
    expect(await post(`/job/rerun?id=${job.id}`)).toMatchObject({ status: 400, body: { error } });
    expect((await detail(job.id)).reruns).toBeUndefined();
    await cancel(running);
  });

  test('it takes the place of who waits in its partition', async () => {
    const running = await schedule('shares', {}, 'x');
    const waiting = await schedule('shares', {}, 'y');
    await cancel(waiting);
    const other = await schedule('shares', {}, 'y');
    const again = await rerun(waiting);
    expect(await completed(other)).toMatchObject({ status: 'canceled' });
    for (const id of [again, running]) await cancel(id);
  });

  test('it is refused where its pipeline is in no file any more', async () => {
    const database = new Database(url, { name: 'test', size: 1 });
    const { rows } = await database.pool.query<{ id: string }>(`
      INSERT INTO jobs (id, pipeline, definition_id, status, created_at, started_at, ended_at)
      SELECT gen_random_uuid(), 'taken out', definition_id, 'done', now(), now(), now() FROM jobs LIMIT 1 RETURNING id`);
    await database.close();
    const error = 'Error scheduling pipeline: pipeline "taken out" is not defined';
    expect(await post(`/job/rerun?id=${String(rows[0]?.id)}`)).toMatchObject({
      status: 400,
      body: { error },
    });
  });
});

describe('POST /job/rerun', () => {
  test.each([
    ['', 400, 'Invalid job id'],
    ['?id=x', 400, 'Invalid job id'],
    ['?id=52a5cb79-7556-4c52-8e6f-000000000000', 404, 'Job not found'],
    ['?id=x&from=x', 400, 'Invalid job id'],
    ['?id=52a5cb79-7556-4c52-8e6f-000000000000&from=', 400, 'Invalid from'],
    ['?id=52a5cb79-7556-4c52-8e6f-000000000000&from=start', 400, 'Invalid from'],
    ['?id=52a5cb79-7556-4c52-8e6f-000000000000&from=%00', 400, 'Invalid from'],
    ['?id=52a5cb79-7556-4c52-8e6f-000000000000&from=__proto__', 400, 'Invalid from'],
  ])('refuses %s', async (query, status, error) => {
    expect(await post(`/job/rerun${query}`)).toMatchObject({ status, body: { error } });
  });

  test('refuses a job that runs, and one that waits', async () => {
    const ids = [await schedule('line', { gate: 'never' }), await schedule('line', { gate: 'never' })];
    for (const id of ids) {
      const error = 'Job is not completed yet';
      expect(await post(`/job/rerun?id=${id}`)).toMatchObject({ status: 409, body: { error } });
    }
    for (const id of ids.reverse()) await cancel(id);
  });

  test('asks for the scope schedule, and knows no job of a pipeline that is not there for its caller', async () => {
    const { id } = await failed();
    const reader = await bearer({ scope: 'read cancel' });
    expect(await post(`/job/rerun?id=${id}`, reader)).toMatchObject({ status: 403 });
    const other = await bearer({ pipelines: ['line'] });
    expect(await post(`/job/rerun?id=${id}`, other)).toMatchObject({
      status: 404,
      body: { error: 'Job not found' },
    });
  });

  test('with a key is one job, however often it is asked for', async () => {
    const { id } = await failed();
    const as = { ...jane, 'idempotency-key': `again-${id}` };
    const answers = await Promise.all([1, 2, 3].map(() => post(`/job/rerun?id=${id}`, as)));
    expect(new Set(answers.map(({ body }) => body.jobId)).size).toBe(1);
    expect(answers.map(({ headers }) => headers.get('idempotent-replayed')).sort()).toEqual([
      null,
      'true',
      'true',
    ]);
    expect(await post(`/job/rerun?id=${id}&from=failed`, as)).toMatchObject({
      status: 409,
      body: { error: 'Idempotency-Key was used with another body' },
    });
    expect((await detail(id)).reruns).toHaveLength(1);
  });

  test('with a key answers nobody with a job of a pipeline that is not there for its caller, nor of one that may not be', async () => {
    const { id } = await failed();
    const key = { 'idempotency-key': `hidden-${id}` };
    const again = await post(`/job/rerun?id=${id}`, { ...jane, ...key });
    expect(again).toMatchObject({ status: 202 });
    const half = { ...(await bearer({ sub: 'jane', pipelines: ['half'] })), ...key };
    const line = { ...(await bearer({ sub: 'jane', pipelines: ['line'] })), ...key };
    const hidden = { status: 404, body: { error: 'Job not found' } };
    expect(await post(`/job/rerun?id=${id}`, half)).toMatchObject({ status: 202, body: again.body });
    expect(await post(`/job/rerun?id=${id}`, line)).toMatchObject(hidden);

    await completed(again.body.jobId);
    const database = new Database(url, { name: 'test', size: 1 });
    await database.pool.query('DELETE FROM jobs WHERE id = $1', [id]);
    expect(await post(`/job/rerun?id=${id}`, half)).toMatchObject({ status: 202, body: again.body });
    await database.pool.query('DELETE FROM jobs WHERE id = $1', [again.body.jobId]);
    await database.close();
    // Which pipeline they were of, nobody knows any more.
    expect(await post(`/job/rerun?id=${id}`, half)).toMatchObject(hidden);
    expect(await post(`/job/rerun?id=${id}`, { ...jane, ...key })).toMatchObject({
      status: 202,
      body: again.body,
    });
  });

  test('changes what a caller is told who has kept the detail of the first job', async () => {
    const { id } = await failed();
    const known = async (etag: string) =>
      service.call('GET', `/job/detail?id=${id}`, undefined, { ...jane, 'if-none-match': etag });
    const etag = (await known('"none"')).headers.get('etag') ?? '';
    expect((await known(etag)).status).toBe(304);
    await completed(await rerun(id));
    const after = await known(etag);
    expect(after.status).toBe(200);
    expect((await known(after.headers.get('etag') ?? '')).status).toBe(304);
  });

  test('is told at once by a process that has kept the answer about the first job', async () => {
    const { id } = await failed();
    const other = new TestService({
      DATABASE_URL: url,
      HOLDFAST_PATH: folder,
      HOLDFAST_JWT_SECRET: SECRET,
      HOLDFAST_ROLE: 'api',
    });
    const told = async () =>
      (await other.call<JobDetailResponse>('GET', `/job/detail?id=${id}`, undefined, jane)).body.reruns;
    expect([await told(), await told()]).toEqual([undefined, undefined]);
    const first = await rerun(id);
    expect(await told()).toEqual([first]);
    const second = await rerun(id);
    expect([await told(), await told()]).toEqual([
      [second, first],
      [second, first],
    ]);
    expect(await other.stop()).toBe(0);
  });
});
