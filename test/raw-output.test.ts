import { freshDatabase, withClient } from './support/database.js';
import { pipelinesFolder, TestService } from './support/service.js';
import { bearer, SECRET } from './support/token.js';
import { until } from './support/wait.js';

/** Of one piece, which is 20 bytes; no UTF-8. */
const BYTES = Buffer.from([...Array(10).keys(), 0xff, 0xfe, 0xe2, 0x82, 0x0d, 0x0a, 0x3c, 0x62, 0x3e, 0x80]);
const PRINTF = [...BYTES].map((byte) => `\\\\${byte.toString(8).padStart(3, '0')}`).join('');

let url: string;
let service: TestService;
let headers: Record<string, string>;
let id: string;
beforeAll(async () => {
  url = await freshDatabase();
  const folder = pipelinesFolder(`
pipelines:
  bytes: { tasks: { t: { script: ["printf '${PRINTF}'; echo err >&2"] }, 'naïve "x"; y/z': { script: [echo odd] } } }
  much: { tasks: { t: { script: ['seq 1 300000'] } } }
  runs: { tasks: { t: { script: ['echo so far; sleep 600'] } } }
  twice: { tasks: { t: { retries: 1, retry_delay: 0s, script: ['echo try $TASK_ATTEMPT; [ $TASK_ATTEMPT = 2 ]'] } } }
  half: { tasks: { first: { script: [echo first] }, second: { script: [exit 1], depends_on: [first] } } }
`);
  service = new TestService(
    { DATABASE_URL: url, HOLDFAST_PATH: folder, HOLDFAST_JWT_SECRET: SECRET, HOLDFAST_WORKER_SLOTS: '4' },
    folder,
  );
  headers = await bearer({});
  id = await schedule('bytes');
  await completed(id);
});
afterAll(() => service.stop());

async function schedule(pipeline: string): Promise<string> {
  const body = JSON.stringify({ pipeline });
  const answer = await service.call<{ jobId: string }>('POST', '/pipelines/schedule', body, headers);
  expect(answer.status).toBe(202);
  return answer.body.jobId;
}
const completed = (job: string) =>
  until(`job ${job} is completed`, async () => {
    const path = `/job/detail?id=${job}`;
    return (await service.call<{ completed: boolean }>('GET', path, undefined, headers)).body.completed;
  });

interface Raw {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Buffer;
}
async function raw(query: string, more: Record<string, string> = {}, method = 'GET'): Promise<Raw> {
  const init = { method, headers: { 'accept-encoding': 'identity', ...headers, ...more } };
  const response = await fetch(await service.url(`/job/logs/raw?${query}`), init);
  const bytes = Buffer.from(await response.arrayBuffer());
  return { status: response.status, headers: response.headers, bytes };
}
const range = (value: string, more = {}) => raw(`id=${id}&task=t`, { range: value, ...more });

describe('output as it was written', () => {
  test('is answered byte for byte, as a text that no browser takes for anything else', async () => {
    const answer = await raw(`id=${id}&task=t`);
    expect([answer.status, answer.bytes]).toEqual([200, BYTES]);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'content-length': '20',
      'content-disposition': `inline; filename="t.stdout.txt"; filename*=UTF-8''t.stdout.txt`,
      'x-content-type-options': 'nosniff',
      'accept-ranges': 'bytes',
      'content-security-policy': "default-src 'none'; sandbox; frame-ancestors 'none'",
    });
    expect((await raw(`id=${id}&task=t&stream=stderr`)).bytes.toString()).toBe('err\n');
  });

  test('has a name that can be a file of, whatever the task is called', async () => {
    const answer = await raw(`id=${id}&task=${encodeURIComponent('naïve "x"; y/z')}`);
    expect(answer.bytes.toString()).toBe('odd\n');
    expect(answer.headers.get('content-disposition')).toBe(
      `inline; filename="na_ve__x___y_z.stdout.txt"; filename*=UTF-8''na%C3%AFve%20%22x%22%3B%20y_z.stdout.txt`,
    );
  });

  test.each<[string, number, number]>([
    ['bytes=0-0', 0, 1],
    ['bytes=3-7', 3, 8],
    ['bytes=12-', 12, 20],
    ['bytes=-5', 15, 20],
    ['bytes=5-999', 5, 20],
  ])('is answered in part: %s', async (value, from, to) => {
    const answer = await range(value);
    expect([answer.status, answer.bytes]).toEqual([206, BYTES.subarray(from, to)]);
    expect(answer.headers.get('content-range')).toBe(`bytes ${from}-${to - 1}/20`);
    expect(answer.headers.get('content-length')).toBe(String(to - from));
  });

  test.each(['bytes=0-1,3-4', 'bytes=7-3', 'lines=1-2'])('is answered whole for %s', async (value) => {
    const answer = await range(value);
    expect([answer.status, answer.bytes]).toEqual([200, BYTES]);
  });

  test('is answered in part where that is of what If-Range names, and whole where it is not', async () => {
    const tag = String((await raw(`id=${id}&task=t`)).headers.get('etag'));
    expect(tag).toMatch(/^"[^"]+"$/);
    const part = await range('bytes=3-7', { 'if-range': tag });
    expect([part.status, part.bytes, part.headers.get('etag')]).toEqual([206, BYTES.subarray(3, 8), tag]);
    for (const other of ['"x"', `W/${tag}`, 'Wed, 25 Nov 2026 13:05:52 GMT', '', '*']) {
      const all = await range('bytes=3-7', { 'if-range': other });
      expect([all.status, all.bytes]).toEqual([200, BYTES]);
    }
    expect((await range('bytes=99-', { 'if-range': '"x"' })).status).toBe(200);
  });

  test('is not sent at all to who has it, in part or whole', async () => {
    const tag = String((await raw(`id=${id}&task=t`)).headers.get('etag'));
    for (const known of [tag, `W/${tag}`, '*']) {
      const answer = await range('bytes=3-7', { 'if-none-match': known });
      expect([answer.status, answer.bytes.length, answer.headers.get('etag')]).toEqual([304, 0, tag]);
      expect(answer.headers.get('content-range')).toBe(null);
    }
  });

  test.each(['bytes=20-', 'bytes=99-100', 'bytes=-0'])('has no such bytes as %s', async (value) => {
    const answer = await range(value);
    expect([answer.status, JSON.parse(answer.bytes.toString())]).toEqual([
      416,
      { error: 'Output has no such range' },
    ]);
    expect(answer.headers.get('content-range')).toBe('bytes */20');
  });

  test('is told about by HEAD', async () => {
    const answer = await raw(`id=${id}&task=t`, {}, 'HEAD');
    expect([answer.status, answer.bytes.length]).toEqual([200, 0]);
    expect(answer.headers.get('content-length')).toBe('20');
    // Of which a part is no matter, and what it could be compressed to is not found out.
    for (const more of [{ range: 'bytes=0-0' }, { range: 'bytes=99-' }, { 'accept-encoding': 'gzip, br' }]) {
      const told = await raw(`id=${id}&task=t`, more, 'HEAD');
      expect([told.status, told.headers.get('content-length')]).toEqual([200, '20']);
      expect(told.headers.get('content-encoding')).toBe(null);
    }
  });

  test('is compressed for who likes that, but no part of it', async () => {
    const much = await schedule('much');
    await completed(much);
    const whole = Buffer.from(Array.from({ length: 300_000 }, (_, index) => `${index + 1}\n`).join(''));
    const gzip = { 'accept-encoding': 'gzip' };
    const all = await raw(`id=${much}&task=t`, gzip);
    expect(all.headers.get('content-encoding')).toBe('gzip');
    // What is compressed is another thing than what a part is of.
    const tag = String((await raw(`id=${much}&task=t`)).headers.get('etag'));
    expect(all.headers.get('etag')).toBe(`W/${tag}`);
    expect(all.headers.get('accept-ranges')).toBe(null);
    expect((await raw(`id=${much}&task=t`, { ...gzip, 'if-none-match': `W/${tag}` })).status).toBe(304);
    expect(all.bytes.equals(whole)).toBe(true);
    for (const [from, to] of [
      [5, 1_000_000],
      [524_287, 524_289],
      [1_048_576, whole.length - 1],
    ] as const) {
      const part = await raw(`id=${much}&task=t`, { ...gzip, range: `bytes=${from}-${to}` });
      expect(part.headers.get('content-encoding')).toBe(null);
      expect(part.status).toBe(206);
      expect(part.bytes.equals(whole.subarray(from, to + 1))).toBe(true);
    }
  });

  test('of which a part is asked for is not read before it, and is not whole without what has been removed', async () => {
    const much = await schedule('much');
    await completed(much);
    const all = (await raw(`id=${much}&task=t`)).bytes;
    const OF_IT = 'task_id IN (SELECT id FROM tasks WHERE job_id = $1)';
    const without = (position: number | undefined) =>
      withClient(url, async (client) => {
        await client.query(`DELETE FROM output WHERE ${OF_IT} AND position = $2`, [much, position]);
        const left = `SELECT position::int FROM output WHERE ${OF_IT} ORDER BY position`;
        return (await client.query<{ position: number }>(left, [much])).rows;
      });
    const rows = await without(0);
    const [second = { position: 0 }] = rows;
    expect([second.position > 0, rows.length > 2]).toEqual([true, true]);
    const from = second.position + 5;
    const part = await raw(`id=${much}&task=t`, { range: `bytes=${from}-` });
    expect([part.status, part.bytes.equals(all.subarray(from))]).toEqual([206, true]);
    for (const more of [{}, { range: 'bytes=5-' }]) {
      const gone = await raw(`id=${much}&task=t`, more);
      expect([gone.status, gone.headers.get('content-range')]).toEqual([404, null]);
      expect(JSON.parse(gone.bytes.toString())).toEqual({ error: 'Output is no longer kept' });
    }
    await without(rows[1]?.position);
    await expect(raw(`id=${much}&task=t`, { range: `bytes=${from}-` })).rejects.toThrow();
  });

  test('is there as far as it goes while the task runs, and known again once the job has ended', async () => {
    const runs = await schedule('runs');
    await until('it has printed', async () => (await raw(`id=${runs}&task=t`)).bytes.length > 0);
    const answer = await raw(`id=${runs}&task=t`);
    expect([answer.bytes.toString(), answer.headers.get('etag')]).toEqual(['so far\n', null]);
    const part = await raw(`id=${runs}&task=t`, { range: 'bytes=3-' });
    expect([part.status, part.bytes.toString()]).toEqual([206, 'far\n']);
    expect(part.headers.get('content-range')).toBe('bytes 3-6/7');
    // Nothing more so far.
    const more = await raw(`id=${runs}&task=t`, { range: 'bytes=7-' });
    expect([more.status, more.headers.get('content-range')]).toEqual([416, 'bytes */7']);
    await service.call('POST', `/job/cancel?id=${runs}`, undefined, headers);
    await completed(runs);
    const tag = String((await raw(`id=${runs}&task=t`)).headers.get('etag'));
    expect((await raw(`id=${runs}&task=t`, { 'if-none-match': tag })).status).toBe(304);
  });

  test('is of the last attempt, or of the one that is asked for', async () => {
    const twice = await schedule('twice');
    await completed(twice);
    expect((await raw(`id=${twice}&task=t`)).bytes.toString()).toBe('try 2\n');
    expect((await raw(`id=${twice}&task=t&attempt=1`)).bytes.toString()).toBe('try 1\n');
  });

  test('is empty of what was skipped, and of a task that was carried over what it wrote then', async () => {
    const half = await schedule('half');
    await completed(half);
    const path = `/job/rerun?id=${half}&from=failed`;
    const again = (await service.call<{ jobId: string }>('POST', path, undefined, headers)).body.jobId;
    await completed(again);
    const carried = await raw(`id=${again}&task=first`);
    expect(carried.bytes.toString()).toBe('first\n');
    const empty = await raw(`id=${again}&task=second`);
    expect([empty.status, empty.bytes.length, empty.headers.get('content-length')]).toEqual([200, 0, '0']);
    // The job that has done it may be removed before the other.
    await withClient(url, (client) => client.query('DELETE FROM jobs WHERE id = $1', [half]));
    const gone = await raw(`id=${again}&task=first`);
    expect([gone.status, JSON.parse(gone.bytes.toString())]).toEqual([
      404,
      { error: 'Output is no longer kept' },
    ]);
  });

  test.each([
    ['', 400, 'Invalid job id'],
    ['id=x&task=t', 400, 'Invalid job id'],
    ['id=ID', 400, 'Invalid task name'],
    ['id=ID&task=t&stream=both', 400, 'Invalid stream'],
    ['id=ID&task=t&attempt=0', 400, 'Invalid attempt'],
    ['stream=both&task=&id=x', 400, 'Invalid job id'],
    ['stream=both&attempt=0&task=&id=ID', 400, 'Invalid task name'],
    ['stream=both&attempt=0&task=t&id=ID', 400, 'Invalid attempt'],
    ['id=ID&task=t&attempt=2', 404, 'Attempt not found'],
    ['id=ID&task=nope', 404, 'Task not found'],
    ['id=00000000-0000-4000-8000-000000000000&task=t', 404, 'Job not found'],
  ])('is not there for %s', async (query, status, error) => {
    const answer = await raw(query.replace('ID', id));
    expect([answer.status, JSON.parse(answer.bytes.toString())]).toEqual([status, { error }]);
  });

  test('is not there for who may not see the pipeline', async () => {
    const answer = await raw(`id=${id}&task=t`, await bearer({ pipelines: 'other' }));
    expect([answer.status, JSON.parse(answer.bytes.toString())]).toEqual([404, { error: 'Job not found' }]);
  });
});
