import { readFileSync, writeFileSync } from 'node:fs';
import { freshDatabase } from './support/database.js';
import { Proxy } from './support/proxy.js';
import { pipelinesFolder, taskStates, TestService } from './support/service.js';
import { until } from './support/wait.js';

const PIPELINES = `
pipelines:
  one: { tasks: { a: { script: ['echo a >> runs; echo out of a'] } } }
  chain:
    tasks:
      a: { script: ['echo a >> runs; echo out of a; until [ -e go ]; do sleep 0.02; done; echo end of a'] }
      b: { depends_on: [a], script: ['echo b >> runs; echo out of b'] }
`;

/** By a word that no other statement of a worker has. */
const CLAIM = /alive AS MATERIALIZED/;
const COMMIT = /^COMMIT/;
const OUTPUT = /INSERT INTO output/;

let folder: string;
let proxy: Proxy;
let api: TestService;
const start = (databaseUrl: string, role: string) =>
  new TestService({ DATABASE_URL: databaseUrl, HOLDFAST_PATH: folder, HOLDFAST_ROLE: role }, folder);
beforeEach(async () => {
  folder = pipelinesFolder(PIPELINES);
  const url = await freshDatabase();
  proxy = await Proxy.open(url);
  api = start(url, 'api');
});
afterEach(async () => {
  await api.stop();
  proxy.close();
});

const runs = () => readFileSync(`${folder}/runs`, 'utf8');
const outputOf = async (id: string, task: string) => (await api.logs(id, task)).stdout;

test('a claim whose reply is lost after its commit is run by the worker that it was for, once', async () => {
  const id = await api.schedule('one');
  // What waits is what it asks for first.
  const lost = proxy.loseReplies(CLAIM);
  const worker = start(proxy.url, 'worker');
  await lost;
  const job = await api.completed(id);
  expect(taskStates(job)).toEqual({ a: 'done' });
  expect(job.tasks[0]).not.toHaveProperty('attempts');
  expect(runs()).toBe('a\n');
  expect(await worker.stop()).toBe(0);
});

test('the end of a task whose reply is lost after its commit counts once, and what came with it is run, once', async () => {
  const worker = start(proxy.url, 'worker');
  const id = await api.schedule('chain');
  await until('the first task runs', async () => (await outputOf(id, 'a')) === 'out of a\n');
  const lost = proxy.loseReplies(COMMIT);
  writeFileSync(`${folder}/go`, '');
  await lost;
  expect(taskStates(await api.completed(id))).toEqual({ a: 'done', b: 'done' });
  expect(runs()).toBe('a\nb\n');
  expect(await outputOf(id, 'a')).toBe('out of a\nend of a\n');
  expect(await outputOf(id, 'b')).toBe('out of b\n');
  expect(await worker.stop()).toBe(0);
});

test('output whose reply is lost after its commit is there once', async () => {
  const worker = start(proxy.url, 'worker');
  await worker.greeting();
  const lost = proxy.loseReplies(OUTPUT);
  const id = await api.schedule('chain');
  await lost;
  writeFileSync(`${folder}/go`, '');
  expect(taskStates(await api.completed(id))).toEqual({ a: 'done', b: 'done' });
  expect(await outputOf(id, 'a')).toBe('out of a\nend of a\n');
  expect(await worker.stop()).toBe(0);
});
