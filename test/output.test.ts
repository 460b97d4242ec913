import { createHash } from 'node:crypto';
import { Database } from '../src/database/database.js';
import { OutputWriter } from '../src/logs/output-writer.js';
import { outputJson } from '../src/logs/output-json.js';
import { freshDatabase, withClient } from './support/database.js';
import { pipelinesFolder, TestService } from './support/service.js';
import { until } from './support/wait.js';

describe('the output writer', () => {
  let url: string;
  let database: Database;
  let taskId: string;
  beforeAll(async () => {
    url = await freshDatabase();
    database = new Database(url, { name: 'test', size: 4 });
    await database.pool.query(`INSERT INTO definitions (id, body) VALUES (repeat('0', 64), '{}')`);
    await database.pool.query(`INSERT INTO jobs (id, pipeline, definition_id, status, started_at)
      VALUES ('52a5cb79-7556-4c52-8e6f-dd6aaf1bc4c8', 'p', repeat('0', 64), 'running', now())`);
  });
  beforeEach(async () => {
    await database.pool.query('DELETE FROM tasks');
    const { rows } = await database.pool.query<{ id: string }>(
      `INSERT INTO tasks (job_id, name, depends_on, status, worker, attempt, started_at, exit_code)
       VALUES ('52a5cb79-7556-4c52-8e6f-dd6aaf1bc4c8', 't', '{}', 'running', 'w', 1, now(), -1) RETURNING id`,
    );
    taskId = rows[0]?.id as string;
  });
  afterAll(() => database.close());

  const read = async (attempt = 1) => {
    let text = '';
    for await (const piece of outputJson(database.pool, { taskId, attempt })) text += piece;
    return JSON.parse(text) as { stdout: string; stderr: string };
  };

  test('keeps each stream in order, whatever the sizes of what it gets', async () => {
    const output = new OutputWriter(database.pool, 1024 ** 3).open({ taskId, attempt: 1, worker: 'w' });
    let wanted = '';
    for (let index = 0; index < 3000; index += 1) {
      const text = `${index} é漢🎉 ${'x'.repeat(index % 977)}\n`;
      wanted += text;
      // Cut in the middle of characters.
      const bytes = Buffer.from(text);
      for (const part of [bytes.subarray(0, 7), bytes.subarray(7)]) await output.write('stdout', part);
      if (index % 500 === 0) await output.write('stderr', Buffer.from(`${index};`));
    }
    await output.flush();
    expect(await read()).toEqual({ stdout: wanted, stderr: '0;500;1000;1500;2000;2500;' });
  });

  test('keeps the attempts apart', async () => {
    const writer = new OutputWriter(database.pool, 1024);
    for (const attempt of [1, 2]) {
      await database.pool.query('UPDATE tasks SET attempt = $1', [attempt]);
      const output = writer.open({ taskId, attempt, worker: 'w' });
      await output.write('stdout', Buffer.from(`attempt ${attempt}`));
      await output.flush();
    }
    expect([await read(1), await read(2)]).toEqual([
      { stdout: 'attempt 1', stderr: '' },
      { stdout: 'attempt 2', stderr: '' },
    ]);
  });

  test('cuts what is beyond the limit of a stream, and says so in it', async () => {
    const output = new OutputWriter(database.pool, 10).open({ taskId, attempt: 1, worker: 'w' });
    await output.write('stdout', Buffer.from('0123456'));
    await output.write('stdout', Buffer.from('789abc'));
    await output.write('stdout', Buffer.from('def'));
    await output.write('stderr', Buffer.from('0123456789'));
    await output.flush();
    expect(await read()).toEqual({
      stdout: '0123456789\n[holdfast: output cut after 10 bytes]\n',
      stderr: '0123456789',
    });
  });

  test('waits for a database that is away, and loses nothing', async () => {
    const broken = new Database(url.replace(/\/[^/]*$/, '/nowhere'), { name: 'broken', size: 1 });
    const real = broken.pool.query.bind(broken.pool);
    let away = true;
    const failing = {
      query: ((config: never) => (away ? real(config) : database.pool.query(config))) as never,
    };
    const output = new OutputWriter(failing, 1024).open({ taskId, attempt: 1, worker: 'w' });
    void output.write('stdout', Buffer.from('kept'));
    const stored = output.flush();
    away = false;
    await stored;
    expect((await read()).stdout).toBe('kept');
    await broken.close();
  });

  test('keeps nothing of an attempt that its worker no longer holds', async () => {
    const writer = new OutputWriter(database.pool, 1024);
    const write = async (attempt: number, worker: string, text: string) => {
      const output = writer.open({ taskId, attempt, worker });
      await output.write('stdout', Buffer.from(text));
      await output.flush();
    };
    await write(1, 'w', 'kept');
    await write(1, 'other', 'lost');
    await database.pool.query(`UPDATE tasks SET worker = 'other', attempt = 2`);
    await write(1, 'w', 'kept, lost');
    await write(2, 'other', 'kept');
    expect([(await read(1)).stdout, (await read(2)).stdout]).toEqual(['kept', 'kept']);
  });

  test('is done with the output of a task that is gone', async () => {
    const output = new OutputWriter(database.pool, 1024).open({
      taskId: '999999999',
      attempt: 1,
      worker: 'w',
    });
    await output.write('stdout', Buffer.from('x'));
    await output.flush();
  });

  test('makes a stream wait that is faster than the database', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((done) => (release = done));
    const slow = { query: (async (config: never) => held.then(() => database.pool.query(config))) as never };
    const output = new OutputWriter(slow, 1024 ** 3).open({ taskId, attempt: 1, worker: 'w' });
    const chunk = Buffer.alloc(65_536);
    let taken = 0;
    while (output.write('stdout', chunk) === undefined) taken += chunk.length;
    expect(taken).toBeLessThanOrEqual(512 * 1024);
    release();
    await output.flush();
  });
});

describe('100 MB of output', () => {
  test('are kept byte for byte up to the limit, in bounded memory, while the API answers', async () => {
    const url = await freshDatabase();
    const lines = 1_000_000;
    const folder = pipelinesFolder(`
pipelines:
  loud:
    tasks:
      loud: { script: ['seq -f "%099.0f" 1 ${lines}'] }
`);
    const service = new TestService({
      DATABASE_URL: url,
      HOLDFAST_PATH: folder,
      HOLDFAST_OUTPUT_LIMIT: '128MiB',
    });
    await service.greeting();
    const id = await service.schedule('loud');
    let peak = 0;
    await until('the job is completed', async () => {
      const status = await import('node:fs').then(({ readFileSync }) =>
        readFileSync(`/proc/${String(service.process.pid)}/status`, 'utf8'),
      );
      peak = Math.max(peak, Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]));
      return (await service.job(id)).completed;
    });
    expect((await service.job(id)).errored).toBe(false);
    // Neither what was written nor a good part of it.
    expect(peak).toBeLessThan(350_000);

    const wanted = createHash('sha256');
    for (let line = 1; line <= lines; line += 1) wanted.update(`${String(line).padStart(99, '0')}\n`);
    const kept = createHash('sha256');
    await withClient(url, async (client) => {
      for (let position = 0; ;) {
        const { rows } = await client.query<{ data: Buffer; position: string }>(
          `SELECT position, data FROM output WHERE stream = 'stdout' AND position >= $1 ORDER BY position LIMIT 8`,
          [position],
        );
        for (const row of rows) {
          expect(Number(row.position)).toBe(position);
          kept.update(row.data);
          position += row.data.length;
        }
        if (rows.length === 0) break;
      }
    });
    expect(kept.digest('hex')).toBe(wanted.digest('hex'));

    // Read as JSON it is streamed: the service does not hold it.
    const answer = await fetch(await service.url(`/job/logs?id=${id}&task=loud`));
    let length = 0;
    for await (const bytes of answer.body as unknown as AsyncIterable<Uint8Array>) length += bytes.length;
    expect(length).toBe(lines * 101 + '{"stdout":"","stderr":""}'.length);
    await service.stop();
  });
});
