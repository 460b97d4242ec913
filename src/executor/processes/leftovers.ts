/**
 * Finds and kills what tasks leave behind. Theirs is what carries their mark in its environment, or has one of their
 * named pipes as its output, whatever is in a session with such a one, and whatever has one of them as its parent.
 */
import { setImmediate, setTimeout } from 'node:timers/promises';
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

export const MARK = 'HOLDFAST_TASK';
/** What the name of a folder of pipes begins with. */
export const FOLDER = 'holdfast-';

/** Whose leftovers. */
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
}

/** Everything of a launcher, which may be dead. `token` is random; `since`: when it was started, in ticks. */
export const everythingOf = (token: string, since: number, shells: readonly Process[] = []): Owner => ({
  mark: `${MARK}=${token}-`,
  pipes: [`/${FOLDER}${token}-`],
  shells,
  since,
});

/** How long to go on killing. Who is left then hangs in the kernel. */
const PATIENCE_MS = 5_000;
/** Looked at before others have their turn: about a millisecond. */
const BATCH = 64;
/** On a machine that never stops forking there has to be a last one: sooner where the others found nobody. */
const LOOKS = 20;
const LOOKS_IN_VAIN = 3;

/** Resolves when nobody is left who can be killed; answers who would not die. */
export async function endLeftovers(owner: Owner): Promise<number[]> {
  const spared = new Set<number>();
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    // First all stand still: a child whose parent is killed before it is found may be known by nothing else.
    const found = await new Search(owner).run();
    const left = found.filter((pid) => !spared.has(pid));
    if (left.length === 0) return [...spared];
    for (const pid of left) if (!send(pid, 'SIGKILL')) spared.add(pid);
    if (performance.now() > end) return left;
    await setTimeout(1);
  }
}

/** False for another user's, such as what sudo runs. */
function send(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pid, signal);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'EPERM';
  }
  return true;
}

/** All of a task that has stayed in the group of its bash. */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // Nobody is left in it.
  }
}

class Search {
  readonly #owner: Owner;
  readonly #seen: Process[] = [];
  readonly #found = new Set<number>();
  readonly #sessions: Set<number>;

  constructor(owner: Owner) {
    this.#owner = owner;
    this.#sessions = new Set(owner.shells.map(({ pid }) => pid));
  }

  /** Until nobody is new: who has started another and ended while we looked has left that one. */
  async run(): Promise<number[]> {
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
    return [...this.#found];
  }

  /** Nobody gets into a session but by birth, so one that is older than the task has nobody of it. */
  #mayBeOurs(newest: number): (one: Process) => boolean {
    const { after } = this.#owner;
    if (after === undefined) return () => true;
    return ({ session }) => this.#sessions.has(session) || isBetween(after, session, newest);
  }

  async #look(pids: readonly number[], mayBeOurs: (one: Process) => boolean): Promise<void> {
    const { mark, pipes, shells, since = 0 } = this.#owner;
    let looked = 0;
    for (const pid of pids) {
      if ((looked += 1) % BATCH === 0) await setImmediate();
      const one = pid === process.pid ? null : processOf(pid);
      if (one === null || one.ended || one.started < since || !mayBeOurs(one)) continue;
      // Somebody else has its pid now, and perhaps a session of that number.
      if (shells.some((shell) => shell.pid === pid && shell.started !== one.started))
        this.#sessions.delete(pid);
      this.#seen.push(one);
      if (environmentOf(pid).includes(`\0${mark}`)) {
        this.#add(one);
        // All of it, for the same reason.
        if (!this.#sessions.has(one.session) && this.#mayHaveBegun(one)) this.#sessions.add(one.session);
      } else if (hasPipe(pid, pipes)) this.#add(one);
    }
    this.#addKin();
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

  /** Stopped at once, so that it starts nobody meanwhile. */
  #add({ pid, session }: Process): void {
    if (this.#found.has(pid)) return;
    send(pid, 'SIGSTOP');
    this.#found.add(pid);
    if (pid === session) this.#sessions.add(session);
  }
}

const hasPipe = (pid: number, pipes: readonly string[]) =>
  outputsOf(pid).some((output) => pipes.some((pipe) => `${output} `.includes(pipe)));
