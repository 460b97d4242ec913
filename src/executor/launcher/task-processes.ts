/** The processes of one task: asks them to end, waits for those that may go on without their shell, kills the rest. */
import { setTimeout } from 'node:timers/promises';
import type { KillSignal } from '../../domain/stopping.js';
import { endLeftovers } from '../processes/leftovers.js';
import { openFilesOf, type Process, stillRuns } from '../processes/proc.js';
import { type Owner, Search } from '../processes/search.js';
import { send, signalGroup } from '../processes/send.js';
import { SCRIPT_STOP, stopAll } from '../processes/stop.js';
import type { Bash } from './bash.js';
import { DRIVER } from './driver.js';
import { tellFailure } from './launcher-guard.js';

/** The first look comes soon, as most processes end at once; the others cost less and less. */
const LOOK_MS = { first: 5, last: 250, growth: 1.5 };

export class TaskProcesses {
  readonly #bash: Bash;
  readonly #pipes: readonly string[];
  #known: readonly Process[] = [];
  #stopping: Promise<void> | null = null;
  #killed = false;

  /** `pipes`: the task's outputs, whose names are removed while it runs. */
  constructor(bash: Bash, pipes: readonly string[]) {
    this.#bash = bash;
    // A pipe that was removed has ` (deleted)` behind its name.
    this.#pipes = pipes.map((path) => `${path} `);
  }

  /** Asks all to end. Never rejects. */
  stop(signal: KillSignal): Promise<void> {
    this.#stopping ??= this.#stop(signal);
    return this.#stopping;
  }

  async #stop(signal: KillSignal): Promise<void> {
    const { pid, shell } = this.#bash;
    try {
      if (shell !== null) {
        this.#known = await stopAll(this.#owner(shell), signal, DRIVER);
        return;
      }
      // Without /proc the group is all that is known.
      signalGroup(pid, signal);
      send(pid, SCRIPT_STOP);
    } catch (error) {
      tellFailure(error);
    }
  }

  /** Kills all, and ends the waiting of `settle`. Never rejects. */
  async kill(): Promise<void> {
    this.#killed = true;
    await this.#endAll();
  }

  /**
   * Resolves when nothing of a task whose shell has ended is left. Processes that were asked to end have until `kill`;
   * of others, those that hold an output of the task have `outputGraceMs`, of which `onWait` learns. `after`: a pid that
   * is older than all of them. Never rejects: the task's end is reported in any case.
   */
  async end(after: number | undefined, outputGraceMs: number, onWait: () => void): Promise<void> {
    try {
      await this.#settle(after, outputGraceMs, onWait);
    } catch (error) {
      tellFailure(error);
    }
    await this.#endAll(this.#stopping === null ? after : undefined);
  }

  async #settle(after: number | undefined, outputGraceMs: number, onWait: () => void): Promise<void> {
    const { shell } = this.#bash;
    if (shell === null) return;
    const limit = performance.now() + outputGraceMs;
    let waits = false;
    for (;;) {
      await this.#stopping;
      const isStopped = this.#stopping !== null;
      const found = await new Search(this.#owner(shell, isStopped ? undefined : after), {
        freezes: false,
      }).run();
      this.#known = found;
      const isAwaited = (one: Process) => stillRuns(one) && (isStopped || this.#holdsOutput(one));
      const isOver = () => this.#killed || (!isStopped && performance.now() >= limit);
      if (isOver() || !found.some(isAwaited)) return;
      if (!waits) onWait();
      waits = true;
      for (
        let ms = LOOK_MS.first;
        found.some(isAwaited) && !isOver();
        ms = Math.min(ms * LOOK_MS.growth, LOOK_MS.last)
      ) {
        await setTimeout(isStopped ? ms : Math.min(ms, Math.max(limit - performance.now(), 0)));
        if (!isStopped && this.#stopping !== null) break;
      }
    }
  }

  /** A process whose descriptors cannot be read may have one. */
  #holdsOutput({ pid }: Process): boolean {
    const files = openFilesOf(pid);
    return files?.some((file) => this.#pipes.some((pipe) => `${file} `.includes(pipe))) ?? true;
  }

  /** Kills by /proc first: a process that is known by its parent alone is no longer found once that has ended. */
  async #endAll(after?: number): Promise<void> {
    const { pid, shell } = this.#bash;
    try {
      const left = shell === null ? [] : await endLeftovers(this.#owner(shell, after));
      if (left.length > 0) tellFailure(`cannot kill what a task left: ${left.join(', ')}`);
    } catch (error) {
      tellFailure(error);
    }
    signalGroup(pid, 'SIGKILL');
  }

  #owner(shell: Process, after?: number): Owner {
    const { mark } = this.#bash;
    return { mark, pipes: this.#pipes, shells: [shell], since: shell.started, after, known: this.#known };
  }
}
