import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Thread, ThreadLost } from '../src/pipelines/threads/thread.js';
import { until } from './support/wait.js';

type Request = 'which' | 'hang' | 'grow' | 'throw' | 'end';

const SERVE = pathToFileURL(join(__dirname, '..', 'dist', 'pipelines', 'threads', 'serve.js')).href;
const PROGRAM = `
import { threadId } from 'node:worker_threads';
import { serve } from ${JSON.stringify(SERVE)};
serve((request) => {
  if (request === 'hang') for (;;);
  if (request === 'grow') for (const all = []; ; ) all.push(Array(1e6).fill({}));
  if (request === 'throw') throw new TypeError('a fault');
  if (request === 'end') process.exit(3);
  return threadId;
});`;

function programOf(text: string): URL {
  const file = join(mkdtempSync(join(tmpdir(), 'holdfast-thread-')), 'program.mjs');
  writeFileSync(file, text);
  return pathToFileURL(file);
}

const OPTIONS = { file: programOf(PROGRAM), maxMemoryMiB: 64, idleMs: 60_000, isBackground: true };
let thread: Thread<Request, number>;
beforeEach(() => (thread = new Thread(OPTIONS)));
afterEach(() => thread.close());

const run = (request: Request, limitMs = 60_000) => thread.run({ request, limitMs });

test('a thread goes on with the next work, also after a fault of its program', async () => {
  const first = await run('which');
  await expect(run('throw')).rejects.toThrow(/TypeError: a fault/);
  expect(await run('which')).toBe(first);
});

test.each<[string, Request, number]>([
  ['takes longer than its limit', 'hang', 50],
  ['takes more memory than it may', 'grow', 60_000],
  ['ends', 'end', 60_000],
])('a thread that %s is lost, and the next work has another one', async (_what, request, limitMs) => {
  const first = await run('which');
  await expect(run(request, limitMs)).rejects.toBeInstanceOf(ThreadLost);
  expect(await run('which')).toBeGreaterThan(first);
});

test('a thread that is closed is lost in the middle of its work', async () => {
  const hanging = run('hang');
  await Promise.all([expect(hanging).rejects.toBeInstanceOf(ThreadLost), thread.close()]);
});

test('a thread that is closed does not take its successor with it', async () => {
  await run('which');
  const closing = thread.close();
  const successor = await run('which');
  await closing;
  expect(await run('which')).toBe(successor);
});

test('a thread without work ends, and the next work starts another one', async () => {
  thread = new Thread({ ...OPTIONS, idleMs: 1 });
  const first = await run('which');
  await until('another thread answers', async () => (await run('which')) > first);
});

test('a thread whose program cannot be loaded says so each time', async () => {
  thread = new Thread({ ...OPTIONS, file: programOf('throw new Error("no program")') });
  for (let tries = 0; tries < 2; tries += 1) await expect(run('which')).rejects.toThrow('no program');
});
