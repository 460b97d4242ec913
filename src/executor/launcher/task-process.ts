/** One task in its bash: gives it what it is to do, follows it to its end, and sees that nothing of it is left. */
import { constants } from 'node:os';
import { basename } from 'node:path';
import { type Bash, startBash } from './bash.js';
import { syntaxErrorIn } from './check-syntax.js';
import { argumentsToStart, scriptOf, surroundingsOf, TAKEN, textsOf } from './driver.js';
import type { InvalidEntries } from './invalid-entries.js';
import { guarded, tellFailure } from './launcher-guard.js';
import { beyond, canBeTold, type Environment } from '../environment.js';
import { OutputEnds } from './output-ends.js';
import { newestPid, PIDS, type Process } from '../processes/proc.js';
import { TaskProcesses } from './task-processes.js';
import type { Cut, Reply, StartRequest } from '../protocol.js';
import type { TaskUser } from '../task-user/as-user.js';

const MAX_WARNING_CHARACTERS = 4096;
/** In which no machine uses up all its pids: 128,000 a second. */
const BRIEF_MS = PIDS / 128;

export interface Surroundings {
  readonly bash: string;
  /** Null: the service's own. */
  readonly user: TaskUser | null;
  /** What the marks of its tasks begin with. */
  readonly launcher: string;
  /** Folder of the named pipes. */
  readonly folder: string;
  readonly invalidEntries: InvalidEntries;
  /** Soft limit; null: the launcher's. */
  readonly openFiles: number | null;
  /** What tasks inherit. */
  readonly inherited: Environment;
  /** One that waits with what is inherited; undefined: none. */
  readonly takeReady: () => Bash | undefined;
  readonly reply: (message: Reply) => void;
  /** Nothing of the task is left. */
  readonly onExit: (id: number) => void;
  /** The bash had ended before it took its order, so that nothing of the task has begun. */
  readonly again: (request: StartRequest, ends: OutputEnds) => void;
}

/**
 * Returns null if the task could not be started, which has been replied. `kept`: the outputs of a task that a waiting
 * bash did not take; it gets a bash of its own.
 */
export function startTask(
  asked: StartRequest,
  surroundings: Surroundings,
  kept?: OutputEnds,
): TaskProcess | null {
  const { bash, user, launcher, folder, inherited, openFiles, takeReady, reply } = surroundings;
  const { id } = asked;
  const request = { ...asked, env: beyond(inherited, asked.env) };
  const failed = ({ message }: Error) => {
    reply({ kind: 'failed', id, message });
  };
  try {
    const ends = kept ?? new OutputEnds(request.pipes, user);
    const ready = kept === undefined && canBeTold(request.env) ? takeReady() : undefined;
    if (ready !== undefined) return new TaskProcess(request, ready, surroundings, ends);
    try {
      const env = { ...inherited, ...request.env };
      const start = { bash, user, launcher, args: argumentsToStart(folder, openFiles), env };
      const own = startBash({ ...start, stdio: ['pipe', ...ends.files] }, failed);
      return own && new TaskProcess(request, own, surroundings);
    } finally {
      ends.release();
    }
  } catch (error) {
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
  readonly #processes: TaskProcesses;
  readonly #surroundings: Surroundings;
  readonly #began = performance.now();
  /** Given out before the task began to start any. */
  readonly #after: number | undefined;
  /** Until a bash that waited has taken its order. */
  #ends: OutputEnds | null;
  #taken: () => void = () => undefined;
  #told = false;
  #cut: Cut | null = null;
  /** Text that its bash printed at its start. */
  #warning = '';

  /** With `ends`: in a bash that has waited, and has no outputs yet. */
  constructor(request: StartRequest, bash: Bash, surroundings: Surroundings, ends: OutputEnds | null = null) {
    const { id } = request;
    const { child, pid, shell, report } = bash;
    this.fenced = request.fenced;
    this.shell = shell;
    this.#request = request;
    this.#bash = bash;
    this.#processes = new TaskProcesses(bash, request.pipes);
    this.#surroundings = surroundings;
    this.#ends = ends;
    this.#after = ends === null ? pid : (newestPid() ?? undefined);

    const script = scriptOf(request, request.killSignal, surroundings.folder);
    child.stdin?.end(ends === null ? script : script + orderFor(request));
    surroundings.reply({ kind: 'started', id, pid });
    const hear = (said: Buffer) => {
      this.#hear(said.toString('utf8'));
    };
    report?.on('data', guarded(hear));
    child.once('exit', guarded(this.#exited.bind(this)));
  }

  get pid(): number {
    return this.#bash.pid;
  }

  async stop(): Promise<void> {
    this.#told = true;
    await this.#processes.stop(this.#request.killSignal);
  }

  async kill(cut: Cut | null = null): Promise<void> {
    this.#told = true;
    this.#cut ??= cut;
    await this.#processes.kill();
  }

  /** Nothing of the task has begun before TAKEN, and the bash says nothing after it. */
  #hear(said: string): void {
    if (this.#ends === null) return;
    this.#warning += said;
    const taken = this.#warning.indexOf(TAKEN);
    if (taken < 0) {
      this.#warning = this.#warning.slice(0, MAX_WARNING_CHARACTERS);
      return;
    }
    this.#ends.warn(this.#warning.slice(0, taken));
    this.#release();
  }

  #release(): void {
    this.#ends?.release();
    this.#ends = null;
    this.#taken();
  }

  async #exited(status: number | null, signal: NodeJS.Signals | null): Promise<void> {
    const code = status ?? 128 + (signal === null ? 0 : constants.signals[signal]);
    const { onExit, again, reply } = this.#surroundings;
    // That it was taken may still be in the channel.
    if (this.#ends !== null) {
      const closed = new Promise<void>((done) =>
        this.#bash.child.once('close', () => {
          done();
        }),
      );
      await Promise.race([closed, new Promise<void>((done) => (this.#taken = done))]);
    }
    const { id, outputGraceMs } = this.#request;
    if (this.#ends !== null && !this.#told) {
      onExit(id);
      again(this.#request, this.#ends);
      return;
    }
    this.#release();
    const invalid = this.#syntaxError();
    const after = performance.now() - this.#began < BRIEF_MS ? this.#after : undefined;
    const isOwnEnd = !this.#told;
    await this.#processes.end(after, outputGraceMs, () => {
      if (isOwnEnd) reply({ kind: 'over', id });
    });
    onExit(id);
    reply({ kind: 'exited', id, code, invalid: await invalid, cut: this.#cut });
  }

  /** Returns what is wrong with the entry that its bash ended at, or null. Never rejects, because it is not awaited at once. */
  async #syntaxError(): Promise<string | null> {
    const { bash, user, invalidEntries } = this.#surroundings;
    try {
      const entry = invalidEntries.take(this.#bash.pid);
      const text = entry === null ? undefined : textsOf(this.#request)[entry - 1];
      return text === undefined ? null : await syntaxErrorIn(text, bash, user);
    } catch (error) {
      tellFailure(error);
      return null;
    }
  }
}

function orderFor({ env, pipes: [stdout, stderr] }: StartRequest): string {
  return surroundingsOf(env, [basename(stdout), basename(stderr)]);
}
