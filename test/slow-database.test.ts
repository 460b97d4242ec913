import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { freshDatabase, withClient } from './support/database.js';
import { Proxy } from './support/proxy.js';
import { pipelinesFolder, TestService } from './support/service.js';
import { until } from './support/wait.js';

/** 200 MB of numbered lines. */
const LINES = 23_500_000;
const PIPELINES = `
pipelines:
  much: { tasks: { t: { script: ['seq ${LINES}'] } } }
`;
const MEGABYTE = 1024 * 1024;

const peakMemory = (pid: number | undefined) => {
  const [, kilobytes] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
};

let closing: () => void = () => undefined;
afterEach(() => {
  closing();
});

test('200 MB at full speed against a slow database stay in order and out of memory, and the API answers', async () => {
  const url = await freshDatabase();
  const proxy = await Proxy.open(url);
  closing = () => {
    proxy.close();
  };
  const service = new TestService({
    DATABASE_URL: proxy.url,
    HOLDFAST_PATH: pipelinesFolder(PIPELINES),
    HOLDFAST_OUTPUT_LIMIT: '1GiB',
  });
  await service.greeting();
  const before = peakMemory(service.process.pid);
  proxy.slow({ bytesPerSecond: 8 * MEGABYTE });
  const id = await service.schedule('much');
  const stored = (sql: string) =>
    withClient(url, async (client) => (await client.query<{ it: string }>(sql)).rows[0]?.it);
  const bytes = async () => Number(await stored('SELECT coalesce(sum(length(data)), 0) AS it FROM output'));
  let seen = 0;
  await until('a quarter of it is stored', async () => {
    // Every route answers all the time.
    for (const path of [`/job/detail?id=${id}`, '/pipelines', '/health/ready'])
      expect((await service.get(path)).status).toBe(200);
    seen = await bytes();
    return seen > 50 * MEGABYTE;
  });
  proxy.pass();
  const job = await service.completed(id);
  expect(job).toMatchObject({ errored: false });
  // About 130 MB of garbage, which is as much for 300 MB; what waits in memory comes on top.
  expect((peakMemory(service.process.pid) - before) / MEGABYTE).toBeLessThan(200);
  const expected = execFileSync('seq', [String(LINES)], { maxBuffer: 300 * MEGABYTE });
  expect(await bytes()).toBe(expected.length);
  expect(await stored(`SELECT md5(string_agg(data, '' ORDER BY position)) AS it FROM output`)).toBe(
    createHash('md5').update(expected).digest('hex'),
  );
  expect(await service.stop()).toBe(0);
});
