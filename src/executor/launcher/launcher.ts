/**
 * The launcher, a process of its own: starts a bash a task, and kills everything of them when the service is gone.
 * It stays small, because each start forks all of its memory; it imports nothing but Node, what guards
 * handlers, and its own few files.
 *
 * Handlers that belong to one task are guarded. Those below are not: an error there ends the launcher and all of its
 * tasks, and the service starts another one. A dead man's switch must not go on half done.
 */
import { uptime } from 'node:os';
import { type Bash, startBash } from './bash.js';
import { DeadMan } from './dead-man.js';
import { argumentsToWait } from './driver.js';
import { type Environment, letsWait } from '../environment.js';
import { findBash } from '../find-bash.js';
import { closeInheritedDescriptors } from './inherited-descriptors.js';
import { Keeper } from './keeper.js';
import { endLeftovers } from '../processes/leftovers.js';
import { everythingOf } from '../processes/search.js';
import { signalGroup } from '../processes/send.js';
import type { OutputEnds } from './output-ends.js';
import { PipeFolder } from './pipe-folder.js';
import { processOf } from '../processes/proc.js';
import type { Cut, Reply, Request, StartRequest } from '../protocol.js';
import { ReadyBashes } from './ready-bashes.js';
import { endStrays, launcherName } from './strays.js';
import type { TaskUser } from '../task-user/as-user.js';
import { variablesFor } from '../task-user/variables.js';
import { startTask, type Surroundings, type TaskProcess } from './task-process.js';

/** The lease is looked at so often, as a timer would not count the time in which the machine sleeps. */
const LOOK_MS = 1_000;

const BASH = findBash(process.env['PATH']);

closeInheritedDescriptors();

const token = process.argv[2] ?? '';
const since = processOf(process.pid)?.started ?? 0;
const launcher = launcherName(token, since);
const running = new Map<number, TaskProcess>();
const deadMan = new DeadMan(() => uptime() * 1000);
const folder = new PipeFolder(launcher);
const keeper = new Keeper(BASH, [token, String(since), folder.path]);
/** Nothing starts before what others have left has ended: it may be the same task's. */
let strays: Promise<void> = Promise.resolve();
let inherited: Environment = {};
let user: TaskUser | null = null;
let openFiles: number | null = null;
const ready = new ReadyBashes(startReady);
let looking: NodeJS.Timeout | undefined;
let ending = false;

function reply(message: Reply): void {
  // The callback takes what fails because the service is gone; `disconnect` says so as well.
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
  if (message.kind === 'exited') ready.fill();
}

function makePipes(): void {
  folder.make(
    (paths) => {
      reply({ kind: 'pipes', paths });
    },
    (problem) => {
      reply({ kind: 'no pipes', message: problem });
    },
  );
}

const surroundings: Surroundings = {
  bash: BASH,
  launcher,
  folder: folder.path,
  invalidEntries: folder.invalidEntries,
  get inherited() {
    return inherited;
  },
  get user() {
    return user;
  },
  get openFiles() {
    return openFiles;
  },
  takeReady: () => ready.take(),
  reply,
  onExit: (id) => running.delete(id),
  again: start,
};

function startReady(): Bash | null {
  const [args, stdio] = [argumentsToWait(folder.path, openFiles), ['pipe', 'ignore', 'pipe'] as const];
  try {
    return startBash({ bash: BASH, user, launcher, args, env: inherited, stdio }, () => undefined);
  } catch {
    // For want of memory, say. No task is the worse for it.
    return null;
  }
}

/** `ends`: the outputs of a task whose waiting bash ended before it took it. */
function start(request: StartRequest, ends?: OutputEnds): void {
  const { id } = request;
  const cut = request.fenced ? deadMan.cut : null;
  if (cut !== null) {
    ends?.release();
    reply({ kind: 'exited', id, code: -1, invalid: null, cut });
    return;
  }
  const task = startTask(request, surroundings, ends);
  if (task === null) return;
  running.set(id, task);
  if (task.fenced) look();
}

/** As long as a fenced task runs, at least so often. */
function look(before: Cut | null = null): void {
  clearTimeout(looking);
  const fenced = [...running.values()].filter((task) => task.fenced);
  const cut = before ?? deadMan.cut;
  if (cut !== null) for (const task of fenced) void task.kill(cut);
  else if (fenced.length > 0) looking = setTimeout(look, Math.min(deadMan.leftMs, LOOK_MS));
}

async function end(message?: string): Promise<void> {
  if (message !== undefined) process.stderr.write(`holdfast launcher: ${message}\n`);
  if (ending) return;
  ending = true;
  ready.close();
  const tasks = [...running.values()];
  const shells = tasks.flatMap(({ shell }) => shell ?? []);
  try {
    await endLeftovers(everythingOf(token, since, shells));
    for (const { pid } of tasks) signalGroup(pid, 'SIGKILL');
    await folder.remove();
    keeper.dismiss();
  } finally {
    // Where that has failed, the keeper does it once more.
    process.exit(message === undefined ? 0 : 1);
  }
}

process.on('message', (request: Request) => {
  switch (request.kind) {
    case 'inherited':
      ({ user, openFiles } = request);
      folder.openTo(user);
      inherited =
        user === null ? request.env : variablesFor(user, request.env, { bash: BASH, ...folder.places });
      strays = endStrays(user).catch(() => undefined);
      if (letsWait(inherited))
        void strays.then(() => {
          ready.open();
        });
      return;
    case 'pipes':
      void strays.then(makePipes);
      return;
    case 'start':
      start(request);
      return;
    case 'stop':
      void running.get(request.id)?.stop();
      return;
    case 'kill':
      void running.get(request.id)?.kill();
      return;
    case 'lease':
      look(deadMan.lease(request.heldMs, request.limitMs));
      return;
    default:
      request satisfies never;
  }
});
process.on('disconnect', () => {
  void end();
});
process.on('uncaughtException', (error) => {
  void end(error.stack);
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
