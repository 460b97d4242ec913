/**
 * The launcher, a process of its own: starts a bash a task, and kills every group when the service is gone.
 * It stays small, because each start forks all of its memory; it imports nothing but Node and its own lines of bash.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { accessSync, closeSync, constants as modes, mkdirSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { DRIVER } from './driver.js';
import type { Reply, Request, StartRequest } from './protocol.js';

/** Made at once: two a task. */
const PIPES = 128;
const SAID_LIMIT = 4096;
/** How long what a shell reported may take to come after its exit, where somebody keeps the channel open. */
const REPORT_MS = 500;

/** By the service's PATH: a task's own may lead elsewhere. */
const BASH =
  (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((place) => join(place, 'bash'))
    .find(isProgram) ?? 'bash';

function isProgram(file: string): boolean {
  try {
    accessSync(file, modes.X_OK);
    return true;
  } catch {
    return false;
  }
}

const folder = mkdtempSync(join(tmpdir(), 'holdfast-'));
const running = new Map<number, ChildProcess>();
let made = 0;
let making: ChildProcess | undefined;

function reply(message: Reply): void {
  // The callback takes what fails because the service is gone; `disconnect` says so as well.
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

/** Named pipes, because a task must be able to open /dev/stderr, which it cannot if that is a socket. */
function makePipes(): void {
  const paths = Array.from({ length: PIPES }, (_, index) => join(folder, String(made + index)));
  made += PIPES;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch {
    // Then mkfifo says why.
  }
  making = execFile('mkfifo', ['-m', '600', ...paths], (error) => {
    making = undefined;
    if (error === null) reply({ kind: 'pipes', paths });
    else reply({ kind: 'no pipes', message: `named pipes cannot be made in ${folder}: ${error.message}` });
  });
}

/** Opening a pipe to write waits for a reader, who may just have been killed; opening it for both never waits. */
function openToWrite(path: string): number {
  const both = openSync(path, 'r+');
  try {
    return openSync(path, 'w');
  } finally {
    closeSync(both);
  }
}

function start(request: StartRequest): void {
  const outputs: number[] = [];
  try {
    for (const path of request.pipes) outputs.push(openToWrite(path));
    const args = ['--noprofile', '--norc', '-c', DRIVER, 'bash', request.allowFailure ? '1' : '0'];
    const stdio = ['pipe', outputs[0], outputs[1], 'pipe'] as const;
    const child = spawn(BASH, args, { detached: true, env: request.env, stdio: [...stdio] });
    follow(request, child);
  } catch (error) {
    reply({ kind: 'failed', id: request.id, message: (error as Error).message });
  } finally {
    for (const output of outputs) closeSync(output);
    for (const path of request.pipes) rmSync(path, { force: true });
  }
}

function follow(request: StartRequest, child: ChildProcess): void {
  const { id } = request;
  if (child.pid === undefined) {
    child.once('error', (error) => {
      reply({ kind: 'failed', id, message: error.message });
    });
    return;
  }
  running.set(id, child);
  reply({ kind: 'started', id, pid: child.pid });

  let invalid = '';
  const report = child.stdio[3] as NodeJS.ReadableStream;
  report.on('data', (said: Buffer) => {
    invalid = (invalid + said.toString('utf8')).slice(0, SAID_LIMIT);
  });
  // A bash that is gone before it has read its entries is an exit like any other.
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(request.entries.map((entry) => `${entry}\0`).join(''));
  child.once('exit', (code, signal) => {
    kill(child, 'SIGKILL');
    running.delete(id);
    // What the shell reported before its exit may still be in the channel.
    let told = false;
    const said = () => {
      if (told) return;
      told = true;
      reply({
        kind: 'exited',
        id,
        code: code ?? 128 + (signal === null ? 0 : constants.signals[signal]),
        invalid,
      });
    };
    if (code !== 2) {
      said();
      return;
    }
    const late = setTimeout(said, REPORT_MS);
    child.once('close', () => {
      clearTimeout(late);
      said();
    });
  });
}

/** The whole group: what a task leaves behind in the background ends with it. */
function kill(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, signal);
  } catch {
    // Nobody is left in it.
  }
}

function end(message?: string): void {
  if (message !== undefined) process.stderr.write(`holdfast launcher: ${message}\n`);
  for (const child of running.values()) kill(child, 'SIGKILL');
  // One that is still making pipes would make them again behind our back.
  making?.kill('SIGKILL');
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
  } catch {
    // Left to whoever cleans up /tmp.
  }
  process.exit(message === undefined ? 0 : 1);
}

process.on('message', (request: Request) => {
  switch (request.kind) {
    case 'pipes':
      makePipes();
      return;
    case 'start':
      start(request);
      return;
    case 'signal': {
      const child = running.get(request.id);
      if (child !== undefined) kill(child, request.signal);
      return;
    }
    default:
      request satisfies never;
  }
});
process.on('disconnect', () => {
  end();
});
process.on('uncaughtException', (error) => {
  end(error.stack);
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
