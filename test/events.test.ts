import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { ANYBODY } from '../src/domain/caller.js';
import { Database } from '../src/database/database.js';
import { Listener } from '../src/database/listener.js';
import { Changes } from '../src/jobs/events/changes.js';
import { EventsService } from '../src/jobs/events/events.service.js';
import { OutputReader } from '../src/jobs/events/output-reader.js';
import type { JobDetailResponse } from '../src/jobs/job.response.js';
import { JobsService } from '../src/jobs/jobs.service.js';
import { NOBODY } from './support/actor.js';
import { freshDatabase, withClient } from './support/database.js';
import { pipelinesFolder, TestService } from './support/service.js';
import { EventStream } from './support/stream.js';
import { bearer, SECRET } from './support/token.js';
import { until } from './support/wait.js';

let url: string;
let folder: string;
let api: TestService;
let worker: TestService;
let headers: Record<string, string>;
const streams: EventStream[] = [];

const serviceOf = (role: string, more: Record<string, string> = {}) =>
  new TestService(
    {
      DATABASE_URL: url,
      HOLDFAST_PATH: folder,
      HOLDFAST_JWT_SECRET: SECRET,
      HOLDFAST_ROLE: role,
      HOLDFAST_WORKER_SLOTS: '8',
      ...more,
    },
    folder,
  );

beforeAll(async () => {
  url = await freshDatabase();
  folder = pipelinesFolder(`
pipelines:
  two: { tasks: { a: { script: [echo a] }, b: { script: [echo b], depends_on: [a] } } }
  gate: { concurrency: 20, tasks: { t: { script: [sleep 600] } } }
  secret: { concurrency: 20, tasks: { t: { script: [echo s] } } }
  speak:
    concurrency: 20
    tasks:
      wait: { script: ['until [ -e {{ .file }} ]; do sleep 0.05; done'] }
      talk:
        script: ['echo "grüße"; echo err >&2; until [ -e {{ .file }}2 ]; do sleep 0.05; done; printf "\\\\xe2\\\\x82"; sleep 0.2; printf "\\\\xac\\\\n"']
        depends_on: [wait]
  again:
    tasks: { t: { script: ['echo try; [ -e {{ .file }} ] || { touch {{ .file }}; exit 1; }'], retries: 1, retry_delay: 0s } }
  fails: { tasks: { a: { script: [exit 1] }, b: { script: [echo b], depends_on: [a] } } }
  much: { tasks: { t: { script: ['seq 1 400000'] } } }
  flood: { tasks: { t: { script: ['head -c 40000000 /dev/zero | tr "\\\\0" x'] } } }
`);
  api = serviceOf('api');
  worker = serviceOf('worker');
  headers = await bearer({});
});
afterEach(() => Promise.all(streams.splice(0).map((stream) => stream.stop())));
afterAll(() => Promise.all([api.stop(), worker.stop()]));

async function open(path: string, more: Record<string, string> = {}): Promise<EventStream> {
  const stream = await EventStream.open(await api.url(path), { ...headers, ...more });
  streams.push(stream);
  return stream;
}

async function schedule(pipeline: string, variables: Record<string, unknown> = {}): Promise<string> {
  const body = JSON.stringify({ pipeline, variables });
  const answer = await api.call<{ jobId: string }>('POST', '/pipelines/schedule', body, headers);
  expect(answer.status).toBe(202);
  return answer.body.jobId;
}
const cancel = (id: string) => api.call('POST', `/job/cancel?id=${id}`, undefined, headers);
const detail = async (id: string) =>
  (await api.call<JobDetailResponse>('GET', `/job/detail?id=${id}`, undefined, headers)).body;
const completed = (id: string) =>
  until(`job ${id} is completed`, async () => {
    const job = await detail(id);
    return job.completed && job;
  });
const sql = (text: string, values: unknown[] = []) => withClient(url, (client) => client.query(text, values));
const anyDefinition = () =>
  sql(`INSERT INTO definitions (id, body) VALUES (repeat('0', 64), '{}') ON CONFLICT DO NOTHING`);
/** So many jobs that have ended just now, without a task. */
const storeDone = async (pipeline: string, count: number) => {
  await anyDefinition();
  await sql(
    `INSERT INTO jobs (id, pipeline, definition_id, status, started_at, ended_at)
     SELECT gen_random_uuid(), $1, repeat('0', 64), 'done', now(), now() FROM generate_series(1, $2::int)`,
    [pipeline, count],
  );
};
/** All that has happened to these jobs. */
const longAgo = async (ids: readonly string[]) => {
  const text = (table: string, id: string) =>
    `UPDATE ${table} SET started_at = now() - interval '1 hour' WHERE ${id} = ANY($1)`;
  await sql(text('jobs', 'id').replace('SET', `SET created_at = now() - interval '1 hour',`), [ids]);
  await sql(text('tasks', 'job_id'), [ids]);
};
const touch = (file: string) => {
  writeFileSync(file, '');
};
const newFile = () => `${folder}/${randomUUID()}`;

/** Connections that listen, of all processes: that of the worker, and that of an API while somebody watches. */
const listeners = async () => {
  const { rows } = await sql(
    `SELECT pid FROM pg_stat_activity WHERE application_name = 'holdfast listener' AND datname = current_database()`,
  );
  return rows.length;
};
const openStreams = async () => {
  const text = await (await fetch(await api.url('/metrics'))).text();
  return Number(/^holdfast_streams_open (\d+)$/m.exec(text)?.[1]);
};

type Change = { readonly id: string; readonly pipeline: string; readonly status: string };
type Piece = { readonly stream: string; readonly offset: number; readonly text: string };
const textOf = (stream: EventStream, name: string) =>
  stream
    .of<Piece>('output')
    .filter((piece) => piece.stream === name)
    .map(({ text }) => text)
    .join('');

describe('who watches a job', () => {
  test('is told it as it is, each time it is otherwise, and when it has ended', async () => {
    const id = await schedule('two');
    const stream = await open(`/job/events?id=${id}`);
    expect(stream.response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(stream.response.headers.get('x-accel-buffering')).toBe('no');
    await stream.closed;
    const jobs = stream.of<JobDetailResponse>('job');
    expect(jobs.at(-1)).toEqual(await detail(id));
    expect(jobs.map((job) => JSON.stringify(job))).toEqual([
      ...new Set(jobs.map((job) => JSON.stringify(job))),
    ]);
    expect(stream.events.at(-1)).toEqual({ name: 'end', data: { status: 'done' } });
  });

  test('is told what another process does to it', async () => {
    const id = await schedule('gate');
    const stream = await open(`/job/events?id=${id}`);
    await stream.find('job', (job: JobDetailResponse) => job.tasks[0]?.status === 'running');
    await cancel(id);
    await stream.closed;
    expect(stream.of('end')).toEqual([{ status: 'canceled' }]);
  });

  test('is told nothing that was told before, when it comes again', async () => {
    const id = await schedule('gate');
    const first = await open(`/job/events?id=${id}`);
    await first.find('job', (job: JobDetailResponse) => job.tasks[0]?.status === 'running');
    await first.stop();

    const second = await open(`/job/events?id=${id}`, { 'last-event-id': first.lastId });
    await cancel(id);
    await second.closed;
    expect(second.of<JobDetailResponse>('job')[0]?.canceled).toBe(true);

    const third = await open(`/job/events?id=${id}`, { 'last-event-id': second.lastId });
    expect(third.response.status).toBe(204);
  });

  test('is told of a change that nobody tells of, because who made it was killed before he could', async () => {
    const id = await schedule('gate');
    const stream = await open(`/job/events?id=${id}`);
    await stream.find('job', (job: JobDetailResponse) => job.tasks[0]?.status === 'running');
    await sql(`UPDATE jobs SET cancel_requested_at = now() WHERE id = $1`, [id]);
    await stream.find('job', ({ canceled }: JobDetailResponse) => canceled);
    await sql(`UPDATE jobs SET cancel_requested_at = NULL WHERE id = $1`, [id]);
    await cancel(id);
  });

  test('is told what has changed while the process had no connection to listen on', async () => {
    const id = await schedule('gate');
    const stream = await open(`/job/events?id=${id}`);
    await stream.find('job', (job: JobDetailResponse) => job.tasks[0]?.status === 'running');
    await sql(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'holdfast listener'`,
    );
    await cancel(id);
    await stream.closed;
    expect(stream.of('end')).toEqual([{ status: 'canceled' }]);
  });

  test('shares one connection with all others of its process, which is gone when nobody watches', async () => {
    const id = await schedule('gate');
    await until('only the worker listens', async () => (await listeners()) === 1);
    await Promise.all(Array.from({ length: 30 }, () => open(`/job/events?id=${id}`)));
    await open('/jobs/events');
    expect(await openStreams()).toBe(31);
    await Promise.all(streams.map((stream) => until('it is told', () => stream.events.length > 0)));
    await until('the API listens, too', async () => (await listeners()) === 2);
    await Promise.all(streams.splice(0).map((stream) => stream.stop()));
    await until('all streams are gone', async () => (await openStreams()) === 0);
    await until('only the worker listens', async () => (await listeners()) === 1);
    await cancel(id);
  });

  test('shares it with the worker, too, where both are one process', async () => {
    const other = serviceOf('all');
    await other.greeting();
    await until('the worker and the other one listen', async () => (await listeners()) === 2);
    const id = await schedule('two');
    const stream = await EventStream.open(await other.url(`/job/events?id=${id}`), headers);
    await stream.closed;
    expect(stream.of('end')).toEqual([{ status: 'done' }]);
    const all = await EventStream.open(await other.url('/jobs/events'), headers);
    const later = await schedule('two');
    await all.find('job', (job: Change) => job.id === later && job.status === 'done');
    expect(await listeners()).toBe(2);
    await all.stop();
    const last = await schedule('two');
    expect((await completed(last)).status).toBe('done');
    expect(await listeners()).toBe(2);
    expect(await other.stop()).toBe(0);
  });

  test('is not watched for any more when it goes before it has read anything', async () => {
    const own = await freshDatabase();
    const database = new Database(own, { name: 'test', size: 2 });
    const id = randomUUID();
    await withClient(own, async (client) => {
      await client.query(`INSERT INTO definitions (id, body) VALUES (repeat('0', 64), '{}')`);
      await client.query(
        `INSERT INTO jobs (id, pipeline, definition_id, status) VALUES ($1, 'p', repeat('0', 64), 'waiting')`,
        [id],
      );
    });
    const events = new EventsService(new JobsService(database), database, new Changes(new Listener(own)));
    const listening = async () => {
      const text = `SELECT FROM pg_stat_activity WHERE application_name = 'holdfast listener' AND datname = current_database()`;
      return (await database.pool.query(text)).rowCount;
    };
    const gone = new AbortController();
    await events.job(id, { ...ANYBODY, ...NOBODY }, null, gone.signal);
    await until('it listens', async () => (await listening()) === 1);
    gone.abort();
    await until('it listens no more', async () => (await listening()) === 0);
    await database.close();
  });

  test('gets 404 where there is no such job for it, and 400 for what is no id', async () => {
    const id = await schedule('secret');
    const narrow = await bearer({ pipelines: 'two' });
    for (const path of [`/job/events?id=${id}`, `/job/logs/stream?id=${id}&task=t`])
      expect(await api.call('GET', path, undefined, narrow)).toMatchObject({
        status: 404,
        body: { error: 'Job not found' },
      });
    expect(await api.call('GET', '/job/events?id=x', undefined, headers)).toMatchObject({
      status: 400,
      body: { error: 'Invalid job id' },
    });
    expect((await api.call('GET', `/job/events?id=${id}`)).status).toBe(401);
    expect((await api.call('GET', '/jobs/events', undefined, await bearer({ scope: 'cancel' }))).status).toBe(
      403,
    );
  });

  test('HEAD opens no stream', async () => {
    const id = await schedule('gate');
    const response = await fetch(await api.url(`/job/events?id=${id}`), { method: 'HEAD', headers });
    expect(response.status).toBe(200);
    await until('no stream is open', async () => (await openStreams()) === 0);
    await cancel(id);
  });
});

describe('who watches all jobs', () => {
  test('is told of each that changes, and of none that it may not see', async () => {
    const stream = await open('/jobs/events', await bearer({ pipelines: 'two' }));
    await stream.find('open', () => true);
    const secret = await schedule('secret');
    const id = await schedule('two');
    await stream.find('job', (job: Change) => job.id === id && job.status === 'done');
    await completed(secret);
    const last = await schedule('two');
    await stream.find('job', (job: Change) => job.id === last && job.status === 'done');
    expect(new Set(stream.of<Change>('job').map(({ pipeline }) => pipeline))).toEqual(new Set(['two']));
  });

  test('is told what it has missed, when it comes again', async () => {
    const first = await open('/jobs/events');
    await first.find('open', () => true);
    await first.stop();
    const [one, other] = [await schedule('two'), await schedule('gate')];
    await completed(one);
    await until('it runs', async () => (await detail(other)).start);

    const second = await open('/jobs/events', { 'last-event-id': first.lastId });
    await second.find('job', (job: Change) => job.id === one && job.status === 'done');
    await second.find('job', (job: Change) => job.id === other && job.status === 'running');
    expect(second.of('reset')).toEqual([]);
    await cancel(other);
  });

  test.each([0, 1, 150, 299])(
    'misses nothing where its connection breaks after %i of what it is told at once',
    async (had) => {
      const first = await open('/jobs/events');
      await first.find('open', () => true);
      await first.stop();
      await storeDone('batch', 300);
      // From so long ago that what is looked back for safety's sake does not find it.
      await sql(
        `UPDATE jobs SET created_at = now() - interval '1 minute', ended_at = now() - interval '1 minute' WHERE pipeline = 'batch'`,
      );
      const from = String(BigInt(first.lastId) - 120_000_000n);
      const second = await open('/jobs/events', { 'last-event-id': from });
      const isOfBatch = ({ pipeline }: Change) => pipeline === 'batch';
      await until('it is told', () => second.of<Change>('job').filter(isOfBatch).length === 300);
      const events = second.events.map(({ name, data }, index) => ({
        index,
        told: name === 'job' && isOfBatch(data as Change),
      }));
      const upTo = had === 0 ? 0 : (events.filter(({ told }) => told)[had - 1]?.index ?? 0);
      const before = second.events.slice(0, upTo + 1).map(({ data }) => data as Change);
      const seen = new Set(before.filter(isOfBatch).map(({ id }) => id));
      const third = await open('/jobs/events', { 'last-event-id': second.lastIds[upTo] ?? '' });
      await until('the rest is told', () => {
        for (const { id } of third.of<Change>('job').filter(isOfBatch)) seen.add(id);
        return seen.size >= 300;
      });
      await sql(`DELETE FROM jobs WHERE pipeline = 'batch'`);
    },
  );

  test('is told, when it comes again, of a job of which only a task is otherwise, and of one that is to be canceled', async () => {
    const ids = [
      await schedule('gate'),
      await schedule('gate'),
      await schedule('gate'),
      await schedule('gate'),
    ];
    const [ended, tried, canceled, quiet] = ids;
    for (const id of ids)
      await until('it runs', async () => (await detail(id)).tasks[0]?.status === 'running');
    await longAgo(ids);
    const first = await open('/jobs/events');
    await first.find('open', () => true);
    await first.stop();
    await sql(
      `INSERT INTO tasks (job_id, name, depends_on, status, started_at, ended_at)
       VALUES ($1, 'more', '{}', 'done', now() - interval '1 hour', now())`,
      [ended],
    );
    await sql(
      `WITH task AS (INSERT INTO tasks (job_id, name, depends_on, status, attempt, due_at)
         VALUES ($1, 'more', '{}', 'waiting', 1, now() + interval '1 hour') RETURNING id)
       INSERT INTO attempts SELECT id, 1, 'w', now(), now(), 1, 'exit status 1' FROM task`,
      [tried],
    );
    await sql('UPDATE jobs SET cancel_requested_at = now() WHERE id = $1', [canceled]);
    const second = await open('/jobs/events', { 'last-event-id': first.lastId });
    for (const id of [ended, tried, canceled])
      await second.find('job', (job: Change) => job.id === id && job.status === 'running');
    expect(second.of<Change>('job').filter(({ id }) => id === quiet)).toEqual([]);
    await sql('UPDATE jobs SET cancel_requested_at = NULL WHERE id = $1', [canceled]);
    for (const id of ids) await cancel(id);
  });

  test('is told to read the list again where it has missed too much', async () => {
    const first = await open('/jobs/events');
    await first.find('open', () => true);
    await first.stop();
    await storeDone('many', 1100);
    const second = await open('/jobs/events', { 'last-event-id': first.lastId });
    await second.find('reset', () => true);
    await sql(`DELETE FROM jobs WHERE pipeline = 'many'`);
  });

  test('is told of a change that nobody tells of', async () => {
    const id = await schedule('gate');
    await until('it runs', async () => (await detail(id)).start);
    const stream = await open('/jobs/events');
    await stream.find('open', () => true);
    // A look is needed first, from which on it is looked back.
    await sql(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'holdfast listener'`,
    );
    const quiet = randomUUID();
    await sql(
      `INSERT INTO jobs (id, pipeline, definition_id, status, started_at, ended_at)
       SELECT $1, 'quiet', definition_id, 'done', now(), now() FROM jobs WHERE id = $2`,
      [quiet, id],
    );
    await stream.find('job', (job: Change) => job.id === quiet && job.status === 'done');
    await cancel(id);
  });

  test('is told of a task of which nobody tells that it is otherwise', async () => {
    const id = await schedule('gate');
    await until('it runs', async () => (await detail(id)).tasks[0]?.status === 'running');
    await longAgo([id]);
    const stream = await open('/jobs/events');
    await stream.find('open', () => true);
    // So that all that was told of the other one has come.
    const later = await schedule('two');
    await stream.find('job', (job: Change) => job.id === later && job.status === 'done');
    const told = () => stream.of<Change>('job').filter((job) => job.id === id).length;
    const before = told();
    await sql(
      `INSERT INTO tasks (job_id, name, depends_on, status, started_at, ended_at)
               VALUES ($1, 'more', '{}', 'done', now(), now())`,
      [id],
    );
    await sql(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'holdfast listener'`,
    );
    await until('it is told', () => told() > before);
    await cancel(id);
  });

  test.each(['0', 'x', '99999999999999999', '-1', '9007199254740993', '1.2.3'])(
    'begins anew, or at worst from the beginning, where %s is no place in it',
    async (lastId) => {
      const stream = await open('/jobs/events', { 'last-event-id': lastId });
      await stream.find('open', () => true);
      const id = await schedule('two');
      await stream.find('job', (job: Change) => job.id === id && job.status === 'done');
    },
  );
});

describe("who follows a task's output", () => {
  test('waits for the task, is told what it writes as it does, and when there is no more to come', async () => {
    const file = newFile();
    const id = await schedule('speak', { file });
    const stream = await open(`/job/logs/stream?id=${id}&task=talk`);
    expect(stream.events).toEqual([]);
    touch(file);
    await stream.find('output', ({ text }: Piece) => text === 'err\n');
    expect(stream.events[0]).toEqual({ name: 'attempt', data: { attempt: 1 } });
    expect((await detail(id)).completed).toBe(false);
    touch(`${file}2`);
    await stream.closed;
    expect(textOf(stream, 'stdout')).toBe('grüße\n€\n');
    expect(textOf(stream, 'stderr')).toBe('err\n');
    expect(stream.events.at(-1)).toEqual({ name: 'end', data: { status: 'done' } });
    expect(
      (await open(`/job/logs/stream?id=${id}&task=talk`, { 'last-event-id': stream.lastId })).response.status,
    ).toBe(204);
  });

  test('goes on where it was, wherever that is', async () => {
    const file = newFile();
    touch(file);
    touch(`${file}2`);
    const id = await schedule('speak', { file });
    await completed(id);
    const whole = Buffer.from('grüße\n€\n');
    for (let offset = 0; offset <= whole.length; offset++) {
      const stream = await open(`/job/logs/stream?id=${id}&task=talk&stream=stdout&offset=${offset}`);
      await stream.closed;
      expect(textOf(stream, 'stdout')).toBe(whole.subarray(offset).toString());
      expect(textOf(stream, 'stderr')).toBe('');
      const again = await open(`/job/logs/stream?id=${id}&task=talk`, { 'last-event-id': `1.${offset}.2` });
      await again.closed;
      expect(textOf(again, 'stdout')).toBe(whole.subarray(offset).toString());
      expect(textOf(again, 'stderr')).toBe('r\n');
    }
    const beyond = await open(`/job/logs/stream?id=${id}&task=talk&stream=stderr&offset=99`);
    await beyond.closed;
    expect(beyond.of('output')).toEqual([]);
  });

  test('goes on with the next attempt, or not where it asks for one', async () => {
    const id = await schedule('again', { file: newFile() });
    const stream = await open(`/job/logs/stream?id=${id}&task=t`);
    await stream.closed;
    expect(stream.of('attempt')).toEqual([{ attempt: 1 }, { attempt: 2 }]);
    expect(textOf(stream, 'stdout')).toBe('try\ntry\n');
    expect(stream.of('end')).toEqual([{ status: 'done' }]);

    const first = await open(`/job/logs/stream?id=${id}&task=t&attempt=1`);
    await first.closed;
    expect(first.of('attempt')).toEqual([{ attempt: 1 }]);
    expect(textOf(first, 'stdout')).toBe('try\n');
    expect(first.of('end')).toEqual([{ status: 'error' }]);

    const resumed = await open(`/job/logs/stream?id=${id}&task=t`, { 'last-event-id': '1.2.0' });
    await resumed.closed;
    expect(textOf(resumed, 'stdout')).toBe('y\ntry\n');
  });

  test('is told at once that nothing will come of a task that was skipped', async () => {
    const id = await schedule('fails');
    const stream = await open(`/job/logs/stream?id=${id}&task=b`);
    await stream.closed;
    expect(stream.events).toEqual([{ name: 'end', data: { status: 'skipped' } }]);
  });

  test('gets all of much, in order and once', async () => {
    const id = await schedule('much');
    const stream = await open(`/job/logs/stream?id=${id}&task=t`);
    await stream.closed;
    const lines = textOf(stream, 'stdout').split('\n');
    expect(lines.length).toBe(400_001);
    expect(lines.every((line, index) => index === 400_000 || line === String(index + 1))).toBe(true);
    let at = 0;
    for (const { offset, text } of stream.of<Piece>('output')) {
      expect(offset).toBe(at);
      at += Buffer.byteLength(text);
    }
  });

  test('is cut off where the output is removed while it is read', async () => {
    const database = new Database(url, { name: 'test', size: 1 });
    const reader = new OutputReader(database.pool, '0', { attempt: 1, stdout: 0, stderr: 0 });
    const read = reader.read(['stdout'], { stdout: 5, stderr: 0 }, new AbortController().signal);
    await expect(read.next()).rejects.toThrow('Output is no longer kept');
    await database.close();
  });

  test.each([
    ['stream=x', 'Invalid stream'],
    ['stream=x&stream=stdout', 'Invalid stream'],
    ['offset=x&stream=x&attempt=x', 'Invalid attempt'],
    ['stream=stdout&offset=-1', 'Invalid offset'],
    ['offset=5', 'Invalid offset'],
    ['attempt=0', 'Invalid attempt'],
  ])('gets 400 for %s', async (query, error) => {
    const id = await schedule('fails');
    const answer = await api.call('GET', `/job/logs/stream?id=${id}&task=a&${query}`, undefined, headers);
    expect(answer).toMatchObject({ status: 400, body: { error } });
  });
});

describe('streams have a limit', () => {
  test('in number: one more of a caller, or of all, is refused until another ends', async () => {
    const id = await schedule('gate');
    const path = `/job/events?id=${id}`;
    const refused = { status: 503, body: { error: 'Too many streams' } };
    const users = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((sub) => bearer({ sub })));
    for (const as of users.slice(0, 4)) {
      await Promise.all(Array.from({ length: 250 }, () => open(path, as)));
      expect(await api.call('GET', path, undefined, as)).toMatchObject(refused);
    }
    expect(await api.call('GET', path, undefined, users[4])).toMatchObject(refused);
    await streams.pop()?.stop();
    await until('there is room for one', async () => (await open(path, users[4])).response.status === 200);
    await cancel(id);
  });

  test('in patience: who takes nothing is cut off, and nobody else waits for it', async () => {
    const id = await schedule('flood');
    await completed(id);
    const { hostname, port } = new URL(await api.url());
    const slow = connect(Number(port), hostname);
    slow.pause();
    slow.write(
      `GET /job/logs/stream?id=${id}&task=t HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${String(headers['authorization'])}\r\n\r\n`,
    );
    await until('it is open', async () => (await openStreams()) === 1);
    const other = await open(`/job/logs/stream?id=${id}&task=t`);
    await other.closed;
    expect(other.of('end')).toEqual([{ status: 'done' }]);
    await until('it is cut off', async () => (await openStreams()) === 0);
    slow.destroy();
  });
});

test('a reader that is slow but goes on gets all of an event, however long it takes', async () => {
  const id = randomUUID();
  await anyDefinition();
  await sql(
    `INSERT INTO jobs (id, pipeline, definition_id, status, started_at, ended_at, variables)
     VALUES ($1, 'large', repeat('0', 64), 'done', now(), now(), jsonb_build_object('x', repeat('x', 40000000)))`,
    [id],
  );
  const { hostname, port } = new URL(await api.url());
  const slow = connect(Number(port), hostname);
  slow.write(
    `GET /job/events?id=${id} HTTP/1.0\r\nHost: localhost\r\nAuthorization: ${String(headers['authorization'])}\r\n\r\n`,
  );
  let bytes = 0;
  let last = '';
  // Some 1 MB a second: of a socket nobody reads from it takes no more than it can hold.
  slow.on('readable', () => undefined);
  const reading = setInterval(() => {
    const piece = slow.read() as Buffer | null;
    bytes += piece?.length ?? 0;
    if (piece !== null) last = `${last}${piece.toString('latin1')}`.slice(-500);
  }, 60);
  const began = performance.now();
  await new Promise((closed) => slow.once('close', closed));
  clearInterval(reading);
  expect(performance.now() - began).toBeGreaterThan(31_000);
  expect(bytes).toBeGreaterThan(40_000_000);
  expect(last).toContain('event: end');
  await sql('DELETE FROM jobs WHERE id = $1', [id]);
});

test('streams end with their process, which does not wait for them', async () => {
  const other = serviceOf('api');
  const id = await schedule('gate');
  const stream = await EventStream.open(await other.url(`/job/events?id=${id}`), headers);
  await stream.find('job', () => true);
  expect(await other.stop()).toBe(0);
  await stream.closed;
  expect(stream.of('end')).toEqual([]);
  await cancel(id);
});
