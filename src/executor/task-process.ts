/** One task in its bash: gives it what it is to do, follows it to its end, and sees that nothing of it is left. */
import { closeSync, rmSync } from 'node:fs';
import { constants } from 'node:os';
import { basename } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { type Bash, startBash } from './bash.js';
import { argumentsFor, asInput, orderOf, TAKEN } from './driver.js';
import { canBeTold, type Environment } from './environment.js';
import { endLeftovers, type Owner, signalGroup } from './leftovers.js';
import { openToWrite } from './pipe-folder.js';
import { newestPid, PIDS, type Process } from './proc.js';
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
  /** What tasks inherit. */
  readonly inherited: Environment;
  /** One that waits with what is inherited; undefined: none. */
  readonly takeReady: () => Bash | undefined;
  readonly reply: (message: Reply) => void;
  /** The bash has ended; what it left may not have. */
  readonly onExit: (id: number) => void;
  /** The bash had ended before it took its order, so that nothing of the task has begun. */
  readonly again: (request: StartRequest) => void;
}

/** Null where it could not be started, which has been said. */
export function startTask(
  request: StartRequest,
  surroundings: Surroundings,
  ahead = true,
): TaskProcess | null {
  const { bash, launcher, inherited, takeReady, reply } = surroundings;
  const { id, env, inherits, allowFailure, pipes } = request;
  const outputs: number[] = [];
  const release = () => {
    for (const output of outputs.splice(0)) closeSync(output);
    for (const path of pipes) rmSync(path, { force: true });
  };
  const failed = ({ message }: Error) => {
    reply({ kind: 'failed', id, message });
  };
  try {
    for (const path of pipes) outputs.push(openToWrite(path));
    const ready = ahead && inherits && canBeTold(env) ? takeReady() : undefined;
    if (ready !== undefined) return new TaskProcess(request, ready, surroundings, release);
    const [args, all] = [argumentsFor(allowFailure), inherits ? { ...inherited, ...env } : env];
    const own = startBash({ bash, launcher, args, env: all, outputs }, failed);
    release();
    return own && new TaskProcess(request, own, surroundings);
  } catch (error) {
    release();
    failed(error as Error);
    return null;
  }
}

export class TaskProcess {
  readonly fenced: boolean;
  /** Null where there is no /proc; it may have ended already. */
  readonly shell: Process | null;
  readonly #request: StartRequest;
  readonly #bash: Bash;
  readonly #surroundings: Surroundings;
  readonly #began = performance.now();
  /** Given out before the task began to start any. */
  readonly #after: number | undefined;
  /** Until the bash has taken its order: keeps the outputs for it. */
  #release: (() => void) | null;
  #taken: () => void = () => undefined;
  #told = false;
  #cut: Cut | null = null;
  #said = '';

  /** With `release`: in one that has waited, and has no outputs yet. */
  constructor(
    request: StartRequest,
    bash: Bash,
    surroundings: Surroundings,
    release: (() => void) | null = null,
  ) {
    const { id, entries } = request;
    const { child, pid, shell } = bash;
    this.fenced = request.fenced;
    this.shell = shell;
    this.#request = request;
    this.#bash = bash;
    this.#surroundings = surroundings;
    this.#release = release;
    this.#after = release === null ? pid : (newestPid() ?? undefined);

    child.stdin?.end(asInput(release === null ? entries : [...orderFor(request), ...entries]));
    surroundings.reply({ kind: 'started', id, pid });
    (child.stdio[3] as NodeJS.ReadableStream).on('data', (said: Buffer) => {
      this.#hear(said.toString('utf8'));
    });
    child.once('exit', (code, signal) => {
      void this.#exited(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  }

  signal(name: NodeJS.Signals): void {
    this.#told = true;
    signalGroup(this.#bash.pid, name);
  }

  async kill(cut: Cut | null = null): Promise<void> {
    this.#told = true;
    this.#cut ??= cut;
    await this.#endAll();
  }

  #hear(said: string): void {
    this.#said = (this.#said + said).slice(0, SAID_LIMIT);
    if (this.#release === null || !this.#said.startsWith(TAKEN)) return;
    this.#said = this.#said.slice(TAKEN.length);
    this.#begun();
  }

  #begun(): void {
    this.#release?.();
    this.#release = null;
    this.#taken();
  }

  async #exited(code: number): Promise<void> {
    const { onExit, again, reply } = this.#surroundings;
    const { id } = this.#request;
    const closed = new Promise((done) => this.#bash.child.once('close', done));
    if (this.#release !== null)
      await Promise.race([closed, new Promise<void>((done) => (this.#taken = done))]);
    onExit(id);
    if (this.#release !== null) {
      // Before the outputs are let go: at their end the service would take the task for silent.
      if (!this.#told) again(this.#request);
      this.#begun();
      if (!this.#told) return;
    }
    await this.#endAll(performance.now() - this.#began < BRIEF_MS ? this.#after : undefined);
    // What the shell reported before its exit may still be in the channel.
    if (code === 2) await Promise.race([closed, setTimeout(REPORT_MS, null, { ref: false })]);
    reply({ kind: 'exited', id, code, invalid: this.#said, cut: this.#cut });
  }

  /** What is known by its parent alone is found before the group is killed. */
  async #endAll(after?: number): Promise<void> {
    if (this.shell !== null) {
      const left = await endLeftovers(this.#owner(this.shell, after));
      if (left.length > 0)
        process.stderr.write(`holdfast launcher: cannot kill what a task left: ${left.join(', ')}\n`);
    }
    signalGroup(this.#bash.pid, 'SIGKILL');
  }

  #owner(shell: Process, after: number | undefined): Owner {
    return {
      mark: this.#bash.mark,
      // A pipe that was removed has ` (deleted)` behind its name.
      pipes: this.#request.pipes.map((path) => `${path} `),
      shells: [shell],
      since: shell.started,
      after,
    };
  }
}

function orderFor({ env, pipes: [stdout, stderr], allowFailure }: StartRequest): string[] {
  return orderOf({ variables: env, pipes: [basename(stdout), basename(stderr)], allowFailure });
}
