/** Finds code of the service that runs outside any `try`, where an error would end the process, and is not guarded. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { findingsIn } from './support/unguarded.js';

/** Programs of their own, which end with what they were asked for, and their errors with them. */
const PROGRAMS = /^(cli\/|migrate\.ts$|seed\.ts$|token\.ts$)/;

/** Files whose handlers are not guarded, each with its reason. */
const UNGUARDED: Readonly<Record<string, string>> = {
  'executor/launcher/launcher.ts':
    'An error there must end the launcher and its tasks: no dead man’s switch goes on half done.',
  'pipelines/threads/serve.ts': 'An error there ends the thread, and what was asked of it fails.',
  'telemetry/guard.ts': 'It is the guard.',
  'telemetry/log.ts': 'What it does at the exit has a `try` of its own; nothing comes after it.',
  'ending.ts': 'It is what an error that nothing caught comes to.',
};

function sources(): Map<string, string> {
  const root = join(__dirname, '..', 'src');
  const paths = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /(?<!\.spec)\.ts$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((path) => !path.startsWith('database/generated/') && !PROGRAMS.test(path));
  return new Map(paths.sort().map((path) => [path, readFileSync(join(root, path), 'utf8')]));
}

test('every handler of the service is guarded, or has a reason not to be', () => {
  const files = [...sources()];
  expect(files.length).toBeGreaterThan(100);
  const found = files
    .filter(([path]) => !(path in UNGUARDED))
    .flatMap(([path, text]) => findingsIn(path, text));
  expect(found).toEqual([]);
});

test('every file that has a reason needs it', () => {
  const files = sources();
  const needless = Object.keys(UNGUARDED).filter(
    (path) => findingsIn(path, files.get(path) ?? '').length === 0,
  );
  expect(needless).toEqual([]);
});

describe('the check of handlers', () => {
  it.each([
    "socket.on('close', () => { this.count -= 1; });",
    "socket.once('close', close);",
    "socket?.on('close', close);",
    "signal.addEventListener('abort', () => release(), { once: true });",
    "process.on('SIGTERM', onSignal);",
    'setTimeout(wake, 10);',
    'timer = setInterval(() => this.look(), 10);',
    'setImmediate(() => void this.look());',
    'process.nextTick(look);',
    'queueMicrotask(look);',
    "execFile('mkfifo', paths, (error) => { if (error === null) made(); });",
    'server.close(() => { this.closed = true; });',
    'class A { #cut = () => end(); b() { setTimeout(this.#cut, 10); } }',
    'void this.#send();',
    'void work.then(report);',
    'work.then(report, fail);',
    'work.finally(release);',
    'work.catch(report);',
    'new Promise((done) => socket.once("close", () => { this.count -= 1; done(); }));',
    'new Promise((done) => use(done)); setTimeout(done, 10);',
    "function a() { const close = guarded('http', end); } function b(close) { socket.once('close', close); }",
    "const close = guarded('http', end); function b() { const close = () => end(); socket.once('close', close); }",
    "class A { #cut = guarded('http', end); } class B { #cut = () => end(); c() { setTimeout(this.#cut, 10); } }",
    "let close = guarded('http', end); close = () => end(); socket.once('close', close);",
    'new Promise((done) => { const list = items.map((done) => setTimeout(done, 10)); });',
    "const made = (error) => tell(error); execFile('mkfifo', paths, made);",
    "const made = ((error) => tell(error)); execFile('mkfifo', paths, made);",
    'server.close(this.#closed.bind(this));',
    'function closed() { tell(); } server.close(closed);',
    'const counted = (error, count) => tell(count); server.getConnections(counted);',
    'class A { #there() { tell(); } b() { server.listen(0, this.#there); } }',
    'function wait(done: () => void) { server.listen(0, done); }',
    'const answer = (request, reply) => reply.end(); createServer(answer);',
    'http.createServer({}, (request, reply) => { reply.end(); });',
    "import { answer } from './answer.js'; createServer(answer);",
  ])('finds %j', (text) => {
    expect(findingsIn('a.ts', text)).not.toEqual([]);
  });

  it.each([
    "socket.on('close', guarded('http', () => { this.count -= 1; }));",
    "const close = guarded('http', () => { this.count -= 1; }); socket.once('close', close);",
    "this.cut = guarded('http', () => end()); setTimeout(this.cut, 10);",
    "class A { #cut = guarded('http', () => end()); b() { setTimeout(this.#cut, 10); } }",
    "socket.on('error', () => undefined);",
    "socket.on('error', () => {});",
    'new Promise((done) => setTimeout(done, 10));',
    "let close = () => undefined; close = guarded('http', end); socket.once('close', close);",
    "class A { #cut = guarded('http', end); static b(a: A) { setTimeout(a.#cut, 10); } }",
    'class A { #done = () => undefined; b() { return new Promise((done) => (this.#done = done)); } c() { server.close(this.#done); } }',
    "const made = guarded('http', end); execFile('mkfifo', paths, made);",
    "createServer(guarded('http', answer));",
    'const { host } = settings; server.listen(0, host);',
    "import { LOOPBACK } from './loopback.js'; server.listen(0, LOOPBACK);",
    'createServer({ module, settings });',
    'new Promise((done, fail) => { server.once("error", fail); server.listen(0, () => { done(); }); });',
    'new Promise((done, fail) => { child.once("error", (error) => { fail(error); }); });',
    "import { setTimeout } from 'node:timers/promises'; await setTimeout(10);",
    'clearTimeout(timer);',
    'once(pool, work);',
    'reply.raw.setTimeout(SILENCE_MS);',
    'await work.then(report);',
    'const settled = work.then(report);',
    'work.catch(() => undefined);',
    'inBackground("http", () => work());',
    "void reply.header('vary', '*');",
    'void atCommit(insert(on));',
    'list.map(({ id }) => id);',
  ])('leaves %j alone', (text) => {
    expect(findingsIn('a.ts', text)).toEqual([]);
  });
});
