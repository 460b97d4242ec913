import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { Database } from '../src/database/database.js';
import type { Stream } from '../src/executor/executor.js';
import type { OutputLineResponse, MergedOutputResponse } from '../src/jobs/merged/merged.query.js';
import { OutputWriter } from '../src/logs/output-writer.js';
import { freshDatabase } from './support/database.js';
import { pipelinesFolder, TestService } from './support/service.js';
import { EventStream } from './support/stream.js';
import { until } from './support/wait.js';

const PIPELINES = `
pipelines:
  # S12 of the cases, in steps: each line is written when the one before has been seen.
  both:
    tasks:
      t:
        script:
          - step() { until [ -e {{ .gates }}/$1 ]; do sleep 0.02; done; }
          - for i in 1 2 3; do echo o$i; step o$i; echo e$i >&2; step e$i; done
  some: { tasks: { t: { script: ['echo a; echo b >&2'] } } }
  parts:
    concurrency: 9
    tasks:
      a: { script: ['printf "a1\\r\\nprompt: "; until [ -e {{ .gate }} ]; do sleep 0.05; done; echo yes; printf "\\xff end"'] }
  wide:
    tasks:
      first: { script: ['echo first'] }
      left: { depends_on: [first], script: ['for i in 1 2 3 4; do echo l$i; sleep 0.2; done'] }
      right: { depends_on: [first], script: ['sleep 0.1; for i in 1 2 3 4; do echo r$i >&2; sleep 0.2; done'] }
      last: { depends_on: [left, right], script: ['echo last'] }
  again: { tasks: { t: { retries: 1, retry_delay: 0s, script: ['echo try $TASK_ATTEMPT; exit 1'] } } }
  carry:
    tasks:
      a: { script: ['echo kept'] }
      b: { depends_on: [a], script: ['echo $TASK_NAME; exit 1'] }
`;

let url: string;
let service: TestService;
let database: Database;
beforeAll(async () => {
  url = await freshDatabase();
  database = new Database(url, { name: 'test', size: 4 });
  service = new TestService({ DATABASE_URL: url, HOLDFAST_PATH: pipelinesFolder(PIPELINES) });
  await service.greeting();
});
afterAll(() => Promise.all([service.stop(), database.close()]));

const pageOf = async (id: string, query = '') => {
  const answer = await service.get<MergedOutputResponse>(`/job/logs/merged?id=${id}${query}`);
  expect([answer.status, answer.body]).toEqual([200, answer.body]);
  return answer.body;
};

/** All pages, of so many lines each. */
async function linesOf(id: string, query = '', limit = 1_000): Promise<OutputLineResponse[]> {
  const lines: OutputLineResponse[] = [];
  for (let cursor = ''; ;) {
    const page = await pageOf(id, `${query}&limit=${limit}${cursor}`);
    expect(page.lines.length).toBeLessThanOrEqual(limit);
    lines.push(...page.lines);
    if (page.nextCursor === undefined) return lines;
    cursor = `&cursor=${encodeURIComponent(page.nextCursor)}`;
  }
}

const textOf = (lines: readonly { text: string; partial?: boolean }[]) =>
  lines.map(({ text, partial }) => (partial === true ? text : `${text}\n`)).join('');

/** The id of a job that has written o1 e1 o2 e2 o3 e3 one after the other, to two streams. */
async function inSteps(): Promise<string> {
  const gates = mkdtempSync(join(tmpdir(), 'holdfast-gates-'));
  const id = await service.schedule('both', { gates });
  for (const line of ['o1', 'e1', 'o2', 'e2', 'o3', 'e3']) {
    await until(`${line} is there`, async () => (await pageOf(id)).lines.at(-1)?.text === line);
    writeFileSync(join(gates, line), '');
  }
  await service.completed(id);
  return id;
}

describe('the merged output of a job', () => {
  let both: string;
  beforeAll(async () => {
    both = await inSteps();
  });

  test('has the lines of both streams in the order in which they were written, each with its time (S12)', async () => {
    const id = both;
    const lines = await linesOf(id);
    expect(lines.map(({ task, stream, text }) => [task, stream, text])).toEqual(
      [1, 2, 3].flatMap((i) => [
        ['t', 'stdout', `o${i}`],
        ['t', 'stderr', `e${i}`],
      ]),
    );
    const times = lines.map(({ time }) => Date.parse(String(time)));
    expect(lines[0]?.time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(times).toEqual([...times].sort((one, other) => one - other));
    const { start, end } = await service.job(id);
    expect(times[0]).toBeGreaterThanOrEqual(Date.parse(String(start)));
    expect(times.at(-1)).toBeLessThan(Date.parse(String(end)) + 1_000);
  });

  test('is in the same order as the events of its stream, which say the time too', async () => {
    const id = both;
    const stream = await EventStream.open(await service.url(`/job/logs/stream?id=${id}&task=t`));
    await stream.closed;
    const lines = await linesOf(id);
    expect(stream.of('output')).toEqual(
      lines.map(({ stream: of, offset, text, time }) => ({ stream: of, offset, text: `${text}\n`, time })),
    );
    // The id of an event is a cursor of its task's lines.
    const third =
      stream.lastIds[stream.events.findIndex(({ data }) => (data as { text?: string }).text === 'o2\n')];
    const page = await pageOf(id, `&task=t&cursor=${String(third)}`);
    expect(page.lines.map(({ text }) => text)).toEqual(['e2', 'o3', 'e3']);
  });

  test('goes by time over all tasks, in pages of any size', async () => {
    const id = await service.schedule('wide');
    await service.completed(id);
    const lines = await linesOf(id);
    const times = lines.map(({ time }) => Date.parse(String(time)));
    expect(times).toEqual([...times].sort((one, other) => one - other));
    expect(lines).toHaveLength(10);
    expect([lines[0]?.text, lines.at(-1)?.text]).toEqual(['first', 'last']);
    const between = lines.slice(1, -1).map(({ task }) => task);
    expect(between).not.toEqual([...between].sort());
    for (const limit of [1, 2, 3, 7]) expect(await linesOf(id, '', limit)).toEqual(lines);
    expect(await linesOf(id, '&stream=stderr', 3)).toEqual(lines.filter(({ stream }) => stream === 'stderr'));
    expect(await linesOf(id, '&task=left', 3)).toEqual(lines.filter(({ task }) => task === 'left'));
  });

  test('is read on while the tasks run: a line that has not been ended is partial, and goes on', async () => {
    const gate = join(mkdtempSync(join(tmpdir(), 'holdfast-gates-')), 'gate');
    const id = await service.schedule('parts', { gate });
    const first = await until('it asks', async () => {
      const page = await pageOf(id);
      return page.lines.some(({ partial }) => partial === true) && page;
    });
    expect(first.lines).toMatchObject([{ text: 'a1\r' }, { text: 'prompt: ', partial: true }]);
    expect(await pageOf(id, `&cursor=${String(first.nextCursor)}`)).toEqual({
      lines: [],
      nextCursor: first.nextCursor,
    });
    writeFileSync(gate, '');
    await service.completed(id);
    const rest = await pageOf(id, `&cursor=${String(first.nextCursor)}`);
    expect(rest.lines).toMatchObject([{ text: 'yes' }, { text: '\ufffd end', partial: true }]);
    expect(rest.nextCursor).toBeUndefined();
    expect(textOf([...first.lines, ...rest.lines])).toBe((await service.logs(id, 'a')).stdout);
  });

  test('is that of the last attempt, and of an earlier one where that is asked for', async () => {
    const id = await service.schedule('again');
    await service.completed(id);
    expect((await linesOf(id)).map(({ text }) => text)).toEqual(['try 2']);
    expect((await linesOf(id, '&task=t&attempt=1')).map(({ text }) => text)).toEqual(['try 1']);
    expect((await linesOf(id, '&task=t&cursor=1.6.0')).map(({ text }) => text)).toEqual(['try 2']);
  });

  test('has what was carried over from the job that is run again', async () => {
    const first = await service.schedule('carry');
    await service.completed(first);
    const { body } = await service.call<{ jobId: string }>('POST', `/job/rerun?id=${first}&from=failed`);
    await service.completed(body.jobId);
    const lines = await linesOf(body.jobId);
    expect(lines.map(({ task, text }) => [task, text])).toEqual([
      ['a', 'kept'],
      ['b', 'b'],
    ]);
    expect(lines[0]).toEqual((await linesOf(first))[0]);
  });

  test('of an earlier version has no times, and stdout before stderr', async () => {
    const id = await inSteps();
    await database.pool.query(
      'UPDATE output SET arrivals = NULL FROM tasks WHERE tasks.id = task_id AND job_id = $1',
      [id],
    );
    for (const limit of [1, 4, 100]) {
      const lines = await linesOf(id, '', limit);
      expect(lines.map(({ text, time }) => [text, time])).toEqual(
        ['o1', 'o2', 'o3', 'e1', 'e2', 'e3'].map((text) => [text, null]),
      );
    }
    const stream = await EventStream.open(await service.url(`/job/logs/stream?id=${id}&task=t`));
    await stream.closed;
    const events = stream.of<{ text: string; time: null }>('output');
    expect(events.map(({ text }) => text).join('')).toBe('o1\no2\no3\ne1\ne2\ne3\n');
    expect(new Set(events.map(({ time }) => time))).toEqual(new Set([null]));
  });

  test.each([
    ['id=x', 400, 'Invalid job id'],
    ['id=ID&task=', 400, 'Invalid task name'],
    ['id=ID&attempt=1', 400, 'Invalid attempt'],
    ['id=ID&task=t&attempt=0', 400, 'Invalid attempt'],
    ['id=ID&stream=x', 400, 'Invalid stream'],
    ['id=ID&limit=0', 400, 'Invalid limit'],
    ['id=ID&limit=5001', 400, 'Invalid limit'],
    ['id=ID&cursor=x', 400, 'Invalid cursor'],
    ['id=ID&cursor=1.0.0', 400, 'Invalid cursor'],
    ['id=ID&task=t&cursor=~', 400, 'Invalid cursor'],
    ['id=52a5cb79-7556-4c52-8e6f-000000000000', 404, 'Job not found'],
    ['id=ID&task=nope', 404, 'Task not found'],
    ['id=ID&task=%00', 404, 'Task not found'],
    ['id=ID&task=t&attempt=9', 404, 'Attempt not found'],
  ])('%s: %d %s', async (query, status, error) => {
    const id = await service.schedule('some');
    await service.completed(id);
    const answer = await service.get(`/job/logs/merged?${query.replace('ID', id)}`);
    expect([answer.status, answer.body]).toEqual([status, { error }]);
  });
});

/** What a worker could be handed, and how it gathers: `null` where what came so far is stored. */
const writes = fc.array(
  fc.option(
    fc.record({
      stream: fc.constantFrom<Stream>('stdout', 'stderr'),
      text: fc.string({ unit: fc.constantFrom('a', 'é', '\n', '\n', '\r'), minLength: 1, maxLength: 8 }),
      pauseMs: fc.constantFrom(0, 1, 15),
    }),
    { freq: 4 },
  ),
  { maxLength: 40 },
);

test('each line stands where its end arrived, however it was written, stored, and cut into pages', async () => {
  const id = '52a5cb79-7556-4c52-8e6f-dd6aaf1bc4c8';
  await database.pool.query(`INSERT INTO definitions (id, body) VALUES (repeat('0', 64), '{}')`);
  await database.pool.query(
    `INSERT INTO jobs (id, pipeline, definition_id, status, started_at)
    VALUES ($1, 'p', repeat('0', 64), 'running', now())`,
    [id],
  );
  await fc.assert(
    fc.asyncProperty(writes, fc.constantFrom(1, 3, 1_000), async (written, limit) => {
      await database.pool.query('DELETE FROM tasks WHERE job_id = $1', [id]);
      const { rows } = await database.pool.query<{ id: string }>(
        `INSERT INTO tasks (job_id, name, depends_on, status, worker, attempt, started_at, exit_code)
         VALUES ($1, 't', '{}', 'running', 'w', 1, '2026-01-01', -1) RETURNING id`,
        [id],
      );
      let now = Date.parse('2026-01-02');
      const key = { taskId: rows[0]?.id as string, attempt: 1, worker: 'w' };
      const output = new OutputWriter(database.pool, 1024 ** 2, () => now).open(key);
      const expected: { stream: Stream; text: string; time: string }[] = [];
      const open: Record<Stream, string> = { stdout: '', stderr: '' };
      for (const write of written) {
        if (write === null) {
          await output.flush();
          continue;
        }
        const { stream, text, pauseMs } = write;
        now += pauseMs;
        await output.write(stream, Buffer.from(text));
        const parts = (open[stream] + text).split('\n');
        open[stream] = parts.pop() as string;
        for (const line of parts) expected.push({ stream, text: line, time: new Date(now).toISOString() });
      }
      await output.flush();
      await database.pool.query(
        `UPDATE tasks SET status = 'done', exit_code = 0, ended_at = now() WHERE job_id = $1`,
        [id],
      );
      const lines = (await linesOf(id, '&task=t', limit)).filter(({ partial }) => partial !== true);
      expect(lines.map(({ stream, text }) => [stream, text])).toEqual(
        expected.map(({ stream, text }) => [stream, text]),
      );
      // Of one stream, what comes within 10 ms has arrived together.
      lines.forEach(({ time }, index) => {
        const late = Date.parse(String(expected[index]?.time)) - Date.parse(String(time));
        expect(late).toBeGreaterThanOrEqual(0);
        expect(late).toBeLessThan(10);
      });
    }),
    { numRuns: 60 },
  );
});
