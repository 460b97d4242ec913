/** The service's end of its launcher: starts it, hands out its pipes, and knows when it is gone. */
import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { guarded, inBackground } from '../telemetry/guarded.js';
import type { Environment } from './environment.js';
import { openFilesOfTasks } from './open-files.js';
import { processOf } from './processes/proc.js';
import type { Reply, Request } from './protocol.js';
import type { TaskUser } from './task-user/as-user.js';

export type TaskReply = Exclude<Reply, { kind: 'pipes' | 'no pipes' }>;

/** Built beside this file; tests, which run from the sources, say where. */
const LAUNCHER = fileURLToPath(new URL('./launcher/launcher.js', import.meta.url));

export interface LauncherOptions {
  readonly environment: Environment;
  /** The user that tasks run as; null: the service's own. */
  readonly user?: TaskUser | null;
  readonly file?: string;
}

/** With fewer left, more are asked for. */
const LEAST_PIPES = 64;

export type PipePair = readonly [string, string];

export class LauncherProcess {
  /** By which everything of its tasks is known. */
  readonly token = randomBytes(8).toString('hex');
  /** When it was started, in ticks. */
  readonly since: number;
  readonly #child: ChildProcess;
  readonly #onReply: (reply: TaskReply) => void;
  readonly #pipes: string[] = [];
  #asked = false;
  readonly #waiting: { done: (pair: PipePair) => void; fail: (error: Error) => void }[] = [];
  /** Resolves when it can start tasks, or never will. */
  readonly ready: Promise<void>;
  /** Resolves when no launcher is there any more. */
  readonly gone: Promise<void>;

  /** `environment`: what tasks inherit; and where the launcher finds its programs and a place for its pipes. */
  constructor(
    onReply: (reply: TaskReply) => void,
    { environment, user = null, file = LAUNCHER }: LauncherOptions,
  ) {
    this.#onReply = onReply;
    // A group of its own, so that Ctrl-C on the service is not also a signal to what starts its tasks.
    this.#child = fork(file, [this.token], {
      detached: true,
      env: { PATH: environment['PATH'], TMPDIR: environment['TMPDIR'] },
      execArgv: ['--max-semi-space-size=1'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.since = processOf(this.#child.pid ?? 0)?.started ?? 0;
    let ready: () => void = () => undefined;
    this.ready = new Promise((done) => (ready = done));
    const received = (reply: Reply) => {
      // The first one answers the first wish for pipes.
      ready();
      this.#receive(reply);
    };
    this.#child.on('message', guarded('executor', received));
    this.gone = new Promise((done) => {
      this.#child.once('exit', () => {
        done();
      });
      // More than once, perhaps: one that nothing hears of ends the process.
      this.#child.on('error', () => {
        done();
      });
    });
    this.send({ kind: 'inherited', env: environment, user, openFiles: openFilesOfTasks() });
    inBackground('executor', async () => {
      await this.gone;
      ready();
      for (const { fail } of this.#waiting.splice(0)) fail(new Error('the launcher ended'));
    });
    this.#serve();
  }

  send(request: Request): void {
    if (this.#child.connected) this.#child.send(request, () => undefined);
  }

  takePipes(): Promise<PipePair> {
    return new Promise((done, fail) => {
      this.#waiting.push({ done, fail });
      this.#serve();
    });
  }

  /** Those that are left were not there any more; somebody has cleaned up. */
  discardPipes(): void {
    this.#pipes.length = 0;
  }

  close(): void {
    if (this.#child.connected) this.#child.disconnect();
  }

  #receive(reply: Reply): void {
    switch (reply.kind) {
      case 'pipes':
        this.#asked = false;
        this.#pipes.push(...reply.paths);
        this.#serve();
        return;
      case 'no pipes':
        this.#asked = false;
        for (const { fail } of this.#waiting.splice(0)) fail(new Error(reply.message));
        return;
      case 'started':
      case 'over':
      case 'failed':
      case 'exited':
        this.#onReply(reply);
        return;
      default:
        reply satisfies never;
    }
  }

  #serve(): void {
    while (this.#waiting.length > 0 && this.#pipes.length >= 2) {
      const [stdout, stderr] = this.#pipes.splice(0, 2) as [string, string];
      this.#waiting.shift()?.done([stdout, stderr]);
    }
    if (this.#pipes.length < LEAST_PIPES && !this.#asked) {
      this.#asked = true;
      this.send({ kind: 'pipes' });
    }
  }
}
