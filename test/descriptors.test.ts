import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PATH, READY, waitingIn } from './support/executors.js';
import { alive, parentOf } from './support/processes.js';
import { until } from './support/wait.js';

/** Below and above what Node closes by itself in what it starts. */
const INHERITED = [3, 7, 15, 16, 40, 300];
const FILE = '/etc/passwd';
const PROGRAM = join(__dirname, 'support', 'lone-worker.mjs');

/** What has such a file open, by descriptor; without `path` all. */
const descriptors = (pid: number, path?: string) =>
  readdirSync(`/proc/${pid}/fd`)
    .filter((name) => path === undefined || readlinkSync(`/proc/${pid}/fd/${name}`) === path)
    .map(Number)
    .sort((one, other) => one - other);

let worker: ChildProcess;
afterEach(() => worker.kill('SIGKILL'));

test('what a worker was started with stays with it: no task, waiting bash, launcher or keeper has it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'descriptors-'));
  // The first find a bash that has waited, the others get one of their own.
  const tasks = Array.from({ length: 2 * READY }, () => ({ entry: 'sleep 1000' }));
  const options = JSON.stringify({ environment: { PATH, TMPDIR: folder }, tasks });
  const open = INHERITED.map((descriptor) => `exec ${descriptor}<${FILE}`).join('; ');
  const program = [process.execPath, PROGRAM, options];
  worker = spawn('bash', ['-c', `${open}; exec "$@"`, 'bash', ...program], { stdio: 'ignore' });
  const [launcher, running] = await until('tasks run', () => {
    const parent = waitingIn(folder).map(parentOf)[0];
    const shells = alive('sleep\x001000', 'cmdline').map(parentOf);
    const children = shells.filter((pid) => parentOf(pid) === parent);
    return children.length === 2 * READY && ([parent, children] as const);
  });
  const [keeper] = alive('holdfast-keeper', 'cmdline').filter((pid) => parentOf(pid) === launcher);
  expect(descriptors(Number(worker.pid), FILE)).toEqual(INHERITED);
  for (const pid of [Number(launcher), Number(keeper)]) expect(descriptors(pid, FILE)).toEqual([]);
  expect(running.map((pid) => descriptors(pid))).toEqual(Array(2 * READY).fill([0, 1, 2]));
});
