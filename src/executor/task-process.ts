/** One task in its bash: starts it, follows it to its end, and sees that nothing of it is left. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, rmSync } from 'node:fs';
import { constants } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { DRIVER } from './driver.js';
import { endLeftovers, MARK, type Owner, signalGroup } from './leftovers.js';
import { openToWrite } from './pipe-folder.js';
import { PIDS, type Process, processOf } from './proc.js';
import type { Cut, Reply, StartRequest } from './protocol.js';

const SAID_LIMIT = 4096;
/** How long what a shell reported may take to come after its exit, where somebody keeps the channel open. */
const REPORT_MS = 500;
/** In which no machine uses up all its pids: 128,000 a second. */
const BRIEF_MS = PIDS / 128;

export interface Surroundings {
  readonly bash: string;
  /** What the marks of its tasks begin with. */
  readonly launcher: string;
  readonly reply: (message: Reply) => void;
  /** The bash has ended; what it left may not have. */
  readonly onExit: (id: number) => void;
}

/** Null where it could not be started, which has been said. */
export function startTask(request: StartRequest, surroundings: Surroundings): TaskProcess | null {
  const outputs: number[] = [];
  const mark = `${surroundings.launcher}.${request.id}`;
  try {
    for (const path of request.pipes) outputs.push(openToWrite(path));
    const args = ['--noprofile', '--norc', '-c', DRIVER, 'bash', request.allowFailure ? '1' : '0'];
    const stdio = ['pipe', outputs[0], outputs[1], 'pipe'] as const;
    const env = { ...request.env, [MARK]: mark };
    const child = spawn(surroundings.bash, args, { detached: true, env, stdio: [...stdio] });
    if (child.pid !== undefined) return new TaskProcess(request, child, child.pid, surroundings);
    child.once('error', (error) => {
      surroundings.reply({ kind: 'failed', id: request.id, message: error.message });
    });
  } catch (error) {
    surroundings.reply({ kind: 'failed', id: request.id, message: (error as Error).message });
  } finally {
    for (const output of outputs) closeSync(output);
    for (const path of request.pipes) rmSync(path, { force: true });
  }
  return null;
}

export class TaskProcess {
  readonly fenced: boolean;
  /** Null where there is no /proc; it may have ended already. */
  readonly shell: Process | null;
  readonly #id: number;
  readonly #child: ChildProcess;
  readonly #pid: number;
  readonly #pipes: readonly string[];
  readonly #surroundings: Surroundings;
  readonly #began = performance.now();
  #cut: Cut | null = null;
  #invalid = '';

  constructor(request: StartRequest, child: ChildProcess, pid: number, surroundings: Surroundings) {
    this.fenced = request.fenced;
    this.#id = request.id;
    this.#child = child;
    this.#pid = pid;
    this.#pipes = request.pipes;
    this.#surroundings = surroundings;
    this.shell = processOf(pid);
    surroundings.reply({ kind: 'started', id: request.id, pid });

    const report = child.stdio[3] as NodeJS.ReadableStream;
    report.on('data', (said: Buffer) => {
      this.#invalid = (this.#invalid + said.toString('utf8')).slice(0, SAID_LIMIT);
    });
    // A bash that is gone before it has read its entries is an exit like any other.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(request.entries.map((entry) => `${entry}\0`).join(''));
    child.once('exit', (code, signal) => {
      surroundings.onExit(request.id);
      void this.#exited(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  }

  signal(name: NodeJS.Signals): void {
    signalGroup(this.#pid, name);
  }

  async kill(cut: Cut | null = null): Promise<void> {
    this.#cut ??= cut;
    await this.#endAll();
  }

  async #exited(code: number): Promise<void> {
    const closed = new Promise((done) => this.#child.once('close', done));
    await this.#endAll(performance.now() - this.#began < BRIEF_MS ? this.#pid : undefined);
    // What the shell reported before its exit may still be in the channel.
    if (code === 2) await Promise.race([closed, setTimeout(REPORT_MS, null, { ref: false })]);
    this.#surroundings.reply({ kind: 'exited', id: this.#id, code, invalid: this.#invalid, cut: this.#cut });
  }

  /** What is known by its parent alone is found before the group is killed. */
  async #endAll(after?: number): Promise<void> {
    if (this.shell !== null) {
      const left = await endLeftovers(this.#owner(this.shell, after));
      if (left.length > 0)
        process.stderr.write(`holdfast launcher: cannot kill what a task left: ${left.join(', ')}\n`);
    }
    this.signal('SIGKILL');
  }

  #owner(shell: Process, after: number | undefined): Owner {
    return {
      mark: `${MARK}=${this.#surroundings.launcher}.${this.#id}\0`,
      // A pipe that was removed has ` (deleted)` behind its name.
      pipes: this.#pipes.map((path) => `${path} `),
      shells: [shell],
      since: shell.started,
      after,
    };
  }
}
