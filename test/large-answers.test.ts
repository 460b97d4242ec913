import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { ANYBODY } from '../src/domain/caller.js';
import { Database } from '../src/database/database.js';
import { JobsPage, type PageLimits } from '../src/jobs/page/jobs-page.js';
import type { JobResponse } from '../src/jobs/job.response.js';
import { parseCursor } from '../src/domain/listing.js';
import { freshDatabase, withClient } from './support/database.js';
import { addLargeJobs } from './support/large-jobs.js';
import { pipelinesFolder, TestService } from './support/service.js';
import { bearer, SECRET } from './support/token.js';
import { until } from './support/wait.js';

const MIB = 1024 * 1024;
const LARGE = { pipeline: 'p', count: 150, bytes: 900_000 };
/** Large answers of one caller: so many are sent at a time, and as many wait. */
const AT_ONCE = 32;

interface Page {
  readonly jobs: readonly JobResponse[];
  readonly nextCursor?: string;
}

describe('a service with jobs that have large variables', () => {
  let service: TestService;
  let ids: string[];
  beforeAll(async () => {
    const url = await freshDatabase();
    ids = await withClient(url, (client) => addLargeJobs(client, LARGE));
    service = new TestService({
      DATABASE_URL: url,
      HOLDFAST_PATH: pipelinesFolder('pipelines: { p: { tasks: {} } }'),
      HOLDFAST_ROLE: 'api',
      HOLDFAST_JWT_SECRET: SECRET,
    });
    await service.greeting();
  });
  afterAll(() => service.stop());

  const get = async <T>(path: string, sub = 'a') =>
    service.call<T>('GET', path, undefined, await bearer({ sub }));

  /** MiB, since the process was started. */
  function peakMemory(): number {
    const status = readFileSync(`/proc/${String(service.process.pid)}/status`, 'utf8');
    const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(status) ?? [];
    return Number(kilobytes) / 1024;
  }

  test('lists all of them, the newest with their variables and the others without', async () => {
    const { jobs } = (await get<Page>('/pipelines/jobs')).body;
    expect(jobs.map(({ id }) => id)).toEqual(ids);
    const whole = jobs.filter(({ variables }) => variables !== undefined);
    const bytes = whole.reduce((sum, job) => sum + JSON.stringify(job).length, 0);
    expect(bytes).toBeGreaterThan(16 * MIB);
    expect(bytes).toBeLessThan(18 * MIB);
    // Which of them are left out depends on nothing but the order.
    expect(jobs.slice(0, whole.length)).toEqual(whole);
    expect(whole.filter(({ variablesTruncated }) => variablesTruncated === true)).toEqual([]);
    const others = jobs.slice(whole.length);
    expect(others.filter(({ variablesTruncated }) => variablesTruncated !== true)).toEqual([]);
    const last = (await get<JobResponse>(`/job/detail?id=${String(ids.at(-1))}`)).body;
    expect(last.variables?.['text']).toHaveLength(LARGE.bytes);
  });

  test('takes a bounded memory for lists that are answered at once', async () => {
    const lists = await Promise.all(Array.from({ length: 6 }, () => get<Page>('/pipelines/jobs')));
    expect(lists.map(({ status, body }) => [status, body.jobs.length])).toEqual(
      Array(6).fill([200, LARGE.count]),
    );
    expect(peakMemory()).toBeLessThan(600);
  });

  test('sends few of them to callers who do not read, and goes on with all others', async () => {
    const sockets: Socket[] = [];
    const { authorization } = await bearer({ sub: 'idle' });
    const open = async () => {
      const socket = connect(Number(new URL(await service.url()).port), '127.0.0.1').pause();
      sockets.push(socket.on('error', () => undefined));
      await once(socket, 'connect');
      socket.write(
        `GET /pipelines/jobs HTTP/1.1\r\nHost: x\r\nAuthorization: ${String(authorization)}\r\n\r\n`,
      );
    };
    await Promise.all(Array.from({ length: 2 * AT_ONCE }, open));
    const refused = await until('a large answer is refused', async () => {
      const headers = await bearer({ sub: 'idle' });
      const response = await fetch(await service.url('/pipelines/jobs'), { headers });
      if (response.status === 429) return response;
      await response.body?.cancel();
      return null;
    });
    expect([refused.headers.get('retry-after'), refused.headers.get('content-type')]).toEqual([
      '1',
      'application/json; charset=utf-8',
    ]);
    expect(await refused.json()).toEqual({ error: 'Too many large answers at a time' });
    // Small answers of the same caller, and large ones of another.
    expect((await get('/pipelines', 'idle')).status).toBe(200);
    expect((await get('/pipelines/jobs', 'b')).status).toBe(200);
    expect(peakMemory()).toBeLessThan(600);

    for (const socket of sockets) socket.destroy();
    await until('it is served again', async () => (await get('/pipelines/jobs', 'idle')).status === 200);
  });

  test('has a bounded number of streams of them for a caller', async () => {
    const controller = new AbortController();
    const headers = await bearer({ sub: 'watcher' });
    // Node ends an answer that nothing holds any more.
    const watched: Response[] = [];
    const watch = async (id: string) => {
      const response = await fetch(await service.url(`/job/events?id=${id}`), {
        headers,
        signal: controller.signal,
      });
      watched.push(response);
      return [response.status, response.status === 200 ? null : await response.json()];
    };
    for (const id of ids.slice(0, AT_ONCE)) expect(await watch(id)).toEqual([200, null]);
    expect(await watch(ids[AT_ONCE] ?? '')).toEqual([503, { error: 'Too many streams' }]);
    expect(watched).toHaveLength(AT_ONCE + 1);
    controller.abort();
    await until('another one may watch', async () => {
      const again = await fetch(await service.url(`/job/events?id=${ids[0] ?? ''}`), { headers });
      await again.body?.cancel();
      return again.status === 200;
    });
  });
});

describe('pages of jobs', () => {
  let database: Database;
  let page: JobsPage;
  let ids: string[];
  beforeAll(async () => {
    const url = await freshDatabase();
    database = new Database(url, { name: 'test', size: 5 });
    page = new JobsPage(database);
    await withClient(url, async (client) => {
      for (const status of ['canceled', 'waiting', 'canceled'] as const)
        await addLargeJobs(client, { pipeline: 'p', count: 20, bytes: 1_000, status });
      const { rows } = await client.query<{ id: string }>(
        'SELECT id FROM jobs ORDER BY created_at DESC, id DESC',
      );
      ids = rows.map(({ id }) => id);
    });
  });
  afterAll(() => database.close());

  async function read(limits: PageLimits, before?: string): Promise<Page> {
    const cursor = before === undefined ? undefined : (parseCursor(before) ?? undefined);
    const query = { limit: 1_000, ...(cursor && { before: cursor }) };
    const pieces: string[] = [];
    let nextCursor: string | null = null;
    for await (const piece of page.pieces(await page.find(query, ANYBODY), 'a', limits)) {
      pieces.push(piece.bytes.toString());
      ({ nextCursor } = piece);
    }
    const jobs = JSON.parse(`[${pieces.join()}]`) as JobResponse[];
    return { jobs, ...(nextCursor !== null && { nextCursor }) };
  }

  test('are whole where there is room', async () => {
    const { jobs, nextCursor } = await read({ maxWholeBytes: MIB, maxBytes: MIB });
    expect(jobs.map(({ id }) => id)).toEqual(ids);
    expect(jobs.every(({ variables }) => variables !== undefined)).toBe(true);
    expect(nextCursor).toBeUndefined();
  });

  test('end sooner where there is none, but for unfinished jobs, and go on after that without a gap', async () => {
    const limits = { maxWholeBytes: 5_000, maxBytes: 10_000 };
    const first = await read(limits);
    expect(first.jobs.filter(({ completed }) => !completed)).toHaveLength(20);
    const seen = [...first.jobs];
    let pages = 1;
    for (let { nextCursor } = first; nextCursor !== undefined; pages += 1) {
      const next = await read(limits, nextCursor);
      expect(next.jobs.length).toBeGreaterThan(0);
      seen.push(...next.jobs);
      ({ nextCursor } = next);
    }
    expect(pages).toBeGreaterThan(1);
    expect(seen.map(({ id }) => id).sort()).toEqual([...ids].sort());
    for (const { variables, variablesTruncated } of seen)
      expect(variables === undefined).toBe(variablesTruncated === true);
  });
});
