/** What a task writes, found by asking again and again, from where a stream has left off until there is no more to come. */
import { getJob, getLines } from '../api/calls.js';
import { ApiError } from '../api/client.js';
import { whenReached } from '../api/connection.js';
import { isAborted, pause } from '../api/stream.js';
import { isFinished, type OutputStream, type Task } from '../api/types.js';
import { whenVisible } from '../api/visible.js';
import type { Place, Source } from './place.js';

export interface Polling {
  readonly place: Place;
  readonly signal: AbortSignal;
  readonly onAttempt: (attempt: number) => void;
  readonly onText: (text: string, stream: OutputStream, time: string | null) => void;
  readonly onState: (state: 'live' | 'broken' | 'ended') => void;
}

const POLL_MS = 3_000;
/** Asked for at once; a page with so many characters has fewer. */
const PAGE_LINES = 5_000;
const PAGE_CHARACTERS = 1_000_000;

/** Throws where asking again would be answered the same. */
export async function pollOutput(source: Source, polling: Polling): Promise<void> {
  const { signal, onState } = polling;
  const read = readerOf(source, polling);
  for (;;) {
    await whenVisible(signal);
    await whenReached(signal);
    if (isAborted(signal)) return;
    try {
      const isOver = await read();
      onState(isOver ? 'ended' : 'live');
      if (isOver) return;
    } catch (error) {
      if (isAborted(signal)) return;
      if (isForGood(error)) throw error;
      onState('broken');
    }
    await pause(POLL_MS, signal);
  }
}

/** What reads all that is new, and answers whether that was the last of it. */
function readerOf({ jobId, task: name, attempt: only, stream }: Source, polling: Polling) {
  const { place, signal, onAttempt, onText } = polling;
  return async () => {
    // Before its output: what it says has ended writes no more.
    const task = (await getJob(jobId, signal)).tasks.find((one) => one.name === name);
    if (task === undefined) throw new ApiError(404, 'Task not found');
    const attempt = only ?? task.attempt ?? 1;
    onAttempt(attempt);
    const isOver = isLast(task, only);
    // An attempt that has not begun has no output, nor can it be asked for.
    for (let isMore = task.attempt !== undefined; isMore && !place.isOver;) {
      const key = { id: jobId, task: name, attempt, stream };
      const { lines, nextCursor } = await getLines(key, place.id, PAGE_LINES, signal);
      for (const { stream: of, time, text, partial } of lines)
        onText(partial === true ? text : `${text}\n`, of, time);
      place.heard(nextCursor);
      place.isOver = nextCursor === undefined;
      const characters = lines.reduce((sum, { text }) => sum + text.length, 0);
      isMore = lines.length >= PAGE_LINES || characters >= PAGE_CHARACTERS;
    }
    return isOver;
  };
}

/** An attempt that another one follows, or will, has failed. */
const isLast = ({ status, attempt = 0 }: Task, only: number | null): boolean =>
  status === 'skipped' || isFinished(status) || (only !== null && (attempt > only || status !== 'running'));

/** Too many requests are fewer after a while. */
const isForGood = (error: unknown) =>
  !(error instanceof ApiError) || (error.status >= 400 && error.status < 500 && error.status !== 429);
