/**
 * Finds and kills what tasks leave behind. Theirs is what carries their mark in its environment, or has one of their
 * named pipes as its output, whatever is in a session with such a one, and whatever has one of them as its parent.
 */
import { setImmediate, setTimeout } from 'node:timers/promises';
import {
  allPids,
  environmentOf,
  newestPid,
  outputsOf,
  pidsBetween,
  type Process,
  processOf,
} from './proc.js';

export const MARK = 'HOLDFAST_TASK';

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

/** Everything of a launcher, which may be dead. `token` is random. */
export const everythingOf = (token: string, shells: readonly Process[] = []): Owner => ({
  mark: `${MARK}=${token}-`,
  pipes: [`/holdfast-${token}/`],
  shells,
});

/** How long to go on killing. Who is left then hangs in the kernel. */
const PATIENCE_MS = 2_000;
/** Looked at before others have their turn: about a millisecond. */
const BATCH = 64;
/** On a machine that never stops forking there has to be a last one. */
const LOOKS = 8;
/** Whoever forks while it is looked for is killed all the same after so many rounds. */
const STOPS = 8;

/** Resolves when nobody is left who can be killed; answers who would not die. */
export async function endLeftovers(owner: Owner): Promise<number[]> {
  const spared = new Set<number>();
  const stopped = new Set<number>();
  const send = (pid: number, signal: NodeJS.Signals) => {
    try {
      process.kill(pid, signal);
    } catch (error) {
      // Another user's, such as sudo.
      if ((error as NodeJS.ErrnoException).code === 'EPERM') spared.add(pid);
    }
  };
  const end = performance.now() + PATIENCE_MS;
  for (let round = 1; ; round += 1) {
    const left = (await find(owner)).map(({ pid }) => pid).filter((pid) => !spared.has(pid));
    if (left.length === 0) return [...spared];
    const fresh = left.filter((pid) => !stopped.has(pid));
    // First all stand still: a child whose parent is killed before it is found may be known by nothing else.
    if (fresh.length > 0 && round % STOPS !== 0) {
      for (const pid of fresh) send(pid, 'SIGSTOP');
      for (const pid of fresh) stopped.add(pid);
      continue;
    }
    for (const pid of left) send(pid, 'SIGKILL');
    if (performance.now() > end) return left;
    stopped.clear();
    await setTimeout(1);
  }
}

/** Nobody is overlooked because they started another and ended while we looked. */
async function find(owner: Owner): Promise<Process[]> {
  let { after } = owner;
  for (let look = 1; look < LOOKS; look += 1) {
    const newest = newestPid();
    if (newest !== null && newest === after) return [];
    const found = await findAmong(
      newest === null || after === undefined ? allPids() : pidsBetween(after, newest),
      owner,
    );
    if (found.length > 0 || newest === null) return found;
    after = newest;
  }
  return findAmong(allPids(), owner);
}

async function findAmong(pids: readonly number[], owner: Owner): Promise<Process[]> {
  const { mark, pipes, shells, since = 0 } = owner;
  const seen: Process[] = [];
  const found = new Map<number, Process>();
  const sessions = new Set(shells.map(({ pid }) => pid));
  let looked = 0;
  for (const pid of pids) {
    if ((looked += 1) % BATCH === 0) await setImmediate();
    const one = pid === process.pid ? null : processOf(pid);
    if (one === null || one.ended || one.started < since) continue;
    // Somebody else has its pid now, and perhaps a session of that number.
    if (shells.some((shell) => shell.pid === pid && shell.started !== one.started)) sessions.delete(pid);
    seen.push(one);
    if (environmentOf(pid).includes(`\0${mark}`)) {
      found.set(pid, one);
      // Nobody gets into a session but by birth, so all of it is the task's.
      sessions.add(one.session);
    } else if (hasPipe(pid, pipes)) found.set(pid, one);
  }
  addKin(seen, found, sessions);
  return [...found.values()];
}

const hasPipe = (pid: number, pipes: readonly string[]) =>
  outputsOf(pid).some((output) => pipes.some((pipe) => `${output} `.includes(pipe)));

function addKin(seen: readonly Process[], found: Map<number, Process>, sessions: Set<number>): void {
  for (const { pid, session } of found.values()) if (pid === session) sessions.add(pid);
  for (let before = -1; before < found.size;) {
    before = found.size;
    for (const one of seen) {
      if (!sessions.has(one.session) && !found.has(one.parent)) continue;
      found.set(one.pid, one);
      if (one.pid === one.session) sessions.add(one.pid);
    }
  }
}
