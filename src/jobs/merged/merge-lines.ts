/** Merges the lines of tasks by the time at which they arrived. */
import type { OutputLine } from '../../logs/lines.js';
import type { TaskLines } from './task-lines.js';

/** Tasks whose lines are merged at a time: each is a place in the cursor, which has to fit in an address. */
const MAX_OPEN = 128;
/** Bytes that are read at once for all open tasks together. */
const ALL_WINDOWS_BYTES = 4 * 1024 * 1024;
const WINDOW_BYTES = { least: 4 * 1024, most: 64 * 1024 };

export interface MergedLine {
  readonly task: string;
  readonly line: OutputLine;
}

/** A task is opened when the others have come as far as its beginning, so that few are read at a time. */
export async function* mergeLines(tasks: readonly TaskLines[]): AsyncGenerator<MergedLine> {
  const closed = [...tasks].sort((one, other) => one.startedMs - other.startedMs);
  const share = Math.floor(ALL_WINDOWS_BYTES / (2 * Math.max(1, closed.length)));
  const windowBytes = Math.min(Math.max(share, WINDOW_BYTES.least), WINDOW_BYTES.most);
  let open: TaskLines[] = [];
  for (;;) {
    let first = earliest(open);
    for (let next = closed[0]; next !== undefined && open.length < MAX_OPEN; next = closed[0]) {
      if (first !== null && first.headMs < next.startedMs) break;
      closed.shift();
      await next.open(windowBytes);
      if (next.isRead) continue;
      open.push(next);
      first = earliest(open);
    }
    if (first === null) return;
    yield { task: first.name, line: await first.take() };
    if (first.isRead) open = open.filter((one) => one !== first);
  }
}

/** Returns the task whose next line is the oldest; of equal ones, the one that was opened first. */
function earliest(open: readonly TaskLines[]): TaskLines | null {
  let first: TaskLines | null = null;
  for (const one of open) if (first === null || one.headMs < first.headMs) first = one;
  return first;
}
