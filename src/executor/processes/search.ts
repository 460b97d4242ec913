/**
 * Finds the processes of tasks: those that carry a task's mark in their environment or have one of its named pipes as
 * their output, all that share a session with such a one, and all that have one of them as their parent.
 */
import { setImmediate } from 'node:timers/promises';
import {
  allPids,
  environmentOf,
  isBetween,
  newestPid,
  outputsOf,
  ownerOf,
  pidsBetween,
  type Process,
  processOf,
} from './proc.js';
import { send } from './send.js';

export const MARK = 'HOLDFAST_TASK';
/** What the name of a folder of pipes begins with. */
export const FOLDER = 'holdfast-';

/** Whose processes. */
export interface Owner {
  /** A variable's beginning, or all of it with its NUL. */
  readonly mark: string;
  /** Parts of the names of pipes, each with what ends it. */
  readonly pipes: readonly string[];
  /** The tasks' own bashes, each of which began a session of its number, and may have ended. */
  readonly shells: readonly Process[];
  /** Nothing of theirs was started before, in ticks. */
  readonly since?: number;
  /** Nor before this pid, since which the machine has not used up all pids. */
  readonly after?: number | undefined;
  /** Found before, when a parent that has ended since may have been the only sign of them. */
  readonly known?: readonly Process[];
}

/** Everything of a launcher, which may be dead. `token` is random; `since`: when it was started, in ticks. */
export const everythingOf = (token: string, since: number, shells: readonly Process[] = []): Owner => ({
  mark: `${MARK}=${token}-`,
  pipes: [`/${FOLDER}${token}-`],
  shells,
  since,
});

/** Looked at before others have their turn: about a millisecond. */
const BATCH = 64;
/** On a machine that never stops forking there has to be a last one: sooner where the others found nobody. */
const LOOKS = 20;
const LOOKS_IN_VAIN = 3;

export class Search {
  readonly #owner: Owner;
  readonly #freezes: boolean;
  readonly #seen: Process[] = [];
  readonly #found = new Map<number, Process>();
  readonly #sessions: Set<number>;

  /** `freezes`: each process is stopped as soon as it is found, so that it starts no other meanwhile. */
  constructor(owner: Owner, { freezes }: { readonly freezes: boolean }) {
    this.#owner = owner;
    this.#freezes = freezes;
    this.#sessions = new Set(owner.shells.map(({ pid }) => pid));
  }

  get found(): Process[] {
    return [...this.#found.values()];
  }

  /** Until nobody is new: who has started another and ended while we looked has left that one. */
  async run(): Promise<Process[]> {
    let { after } = this.#owner;
    for (let look = 0; look < (this.#found.size > 0 ? LOOKS : LOOKS_IN_VAIN); look += 1) {
      const newest = newestPid();
      if (newest !== null && newest === after) break;
      const before = this.#found.size;
      if (newest === null || after === undefined) await this.#look(allPids(), () => true);
      else await this.#look(pidsBetween(after, newest), this.#mayBeOurs(newest));
      if (newest === null && this.#found.size === before) break;
      after = newest ?? undefined;
    }
    return this.found;
  }

  /** Nobody gets into a session but by birth, so one that is older than the task has nobody of it. */
  #mayBeOurs(newest: number): (one: Process) => boolean {
    const { after } = this.#owner;
    if (after === undefined) return () => true;
    return ({ session }) => this.#sessions.has(session) || isBetween(after, session, newest);
  }

  async #look(pids: readonly number[], mayBeOurs: (one: Process) => boolean): Promise<void> {
    const { mark, pipes, shells, known = [] } = this.#owner;
    let looked = 0;
    for (const one of await this.#list(pids, mayBeOurs)) {
      if ((looked += 1) % BATCH === 0) await setImmediate();
      const { pid } = one;
      // Somebody else has its pid now, and perhaps a session of that number.
      if (shells.some((shell) => shell.pid === pid && shell.started !== one.started))
        this.#sessions.delete(pid);
      this.#seen.push(one);
      if (environmentOf(pid).includes(`\0${mark}`)) {
        this.#add(one);
        // All of it, for the same reason.
        if (!this.#sessions.has(one.session) && this.#mayHaveBegun(one)) this.#sessions.add(one.session);
      } else if (hasPipe(pid, pipes) || known.some((other) => isSame(one, other))) this.#add(one);
    }
    this.#addKin();
  }

  /** Parents come before their children: a shell with job control that sees its child stand still goes on without it. */
  async #list(pids: readonly number[], mayBeOurs: (one: Process) => boolean): Promise<Process[]> {
    const { since = 0 } = this.#owner;
    const listed: Process[] = [];
    let looked = 0;
    for (const pid of pids) {
      if ((looked += 1) % BATCH === 0) await setImmediate();
      const one = pid === process.pid ? null : processOf(pid);
      if (one === null || one.ended || one.started < since || !mayBeOurs(one)) continue;
      listed.push(one);
    }
    return this.#freezes ? parentsFirst(listed) : listed;
  }

  /**
   * Decides whether the session of a marked process is the task's. Any process can carry the mark, also in a foreign
   * session. The leader of a task's session is not older than its launcher, and has the same user.
   */
  #mayHaveBegun({ pid, session }: Process): boolean {
    const leader = processOf(session);
    if (leader === null) return true;
    return leader.started >= (this.#owner.since ?? 0) && ownerOf(session) === ownerOf(pid);
  }

  #addKin(): void {
    for (let before = -1; before < this.#found.size;) {
      before = this.#found.size;
      for (const one of this.#seen) {
        if (this.#sessions.has(one.session) || this.#found.has(one.parent)) this.#add(one);
      }
    }
  }

  #add(one: Process): void {
    const { pid, session } = one;
    if (this.#found.has(pid)) return;
    if (this.#freezes) send(pid, 'SIGSTOP');
    this.#found.set(pid, one);
    if (pid === session) this.#sessions.add(session);
  }
}

/** Pids say nothing of who came first, as they come round again. */
export function parentsFirst(processes: readonly Process[]): Process[] {
  const left = new Map(processes.map((one) => [one.pid, one]));
  return processes.flatMap((one) => {
    const line: Process[] = [];
    for (let next = left.get(one.pid); next !== undefined; next = left.get(next.parent)) {
      left.delete(next.pid);
      line.push(next);
    }
    return line.reverse();
  });
}

const isSame = (one: Process, other: Process) => one.pid === other.pid && one.started === other.started;

const hasPipe = (pid: number, pipes: readonly string[]) =>
  outputsOf(pid).some((output) => pipes.some((pipe) => `${output} `.includes(pipe)));
