/** The events of a task's output: all that there is from a place on, then what comes, until there is no more to come. */
import type { Queryable } from '../../database/pool.js';
import { isTaskEnd } from '../../domain/status.js';
import type { Stream } from '../../executor/executor.js';
import type { OutputState, Watched } from './events.sql.js';
import type { Held } from './feeds.js';
import type { OutputFeed } from './output-clock.js';
import { formatPlace, type Place } from './output-place.js';
import { OutputReader } from './output-reader.js';
import { END, event, pings } from './sse.js';

export interface Followed {
  readonly taskId: string;
  /** The streams that are wanted. */
  readonly streams: readonly Stream[];
  /** Its attempt 0: before the first one. */
  readonly from: Place;
  /** Whether it goes on with the attempts that follow. */
  readonly all: boolean;
}

export interface FollowParts {
  readonly database: Queryable;
  readonly hold: (watched: Watched) => Held<OutputFeed>;
}

export async function* outputEvents(
  { database, hold }: FollowParts,
  { taskId, streams, from, all }: Followed,
  signal: AbortSignal,
): AsyncGenerator<string> {
  for (let place = from; ; place = { attempt: place.attempt + 1, stdout: 0, stderr: 0 }) {
    const { attempt } = place;
    const { feed, release } = hold({ taskId, attempt });
    try {
      if (attempt > 0) yield event('attempt', formatPlace(place), { attempt });
      const reader = new OutputReader(database, taskId, place);
      let state = yield* changed(feed, undefined, signal);
      while (state !== null && !isLast(state, attempt, all)) {
        yield* reader.read(streams, state, signal);
        state = yield* changed(feed, state, signal);
      }
      if (state === null) return;
      // What was stored by the time that it was over is all that there is of it.
      yield* reader.read(streams, state, signal);
      yield* reader.end(streams);
      if (all && state.lastAttempt > attempt) continue;
      yield event('end', END, { status: outcomeOf(state, attempt) });
      return;
    } finally {
      release();
    }
  }
}

/** The next state that is not `known`; null: the task is gone, or nobody listens any more. */
async function* changed(
  feed: OutputFeed,
  known: OutputState | undefined,
  signal: AbortSignal,
): AsyncGenerator<string, OutputState | null> {
  for (;;) {
    const { rung } = feed.bell;
    if (signal.aborted) return null;
    if (feed.state !== undefined && feed.state !== known) return feed.state;
    yield* pings(feed.bell, rung, signal);
  }
}

/** Whether nothing more comes of this attempt, nor, where they are followed, of a later one before that has begun. */
const isLast = ({ status, lastAttempt }: OutputState, attempt: number, all: boolean) =>
  lastAttempt > attempt || isTaskEnd(status) || (!all && status !== 'running');

/** An attempt that another one has followed, or will, has failed. */
const outcomeOf = ({ status, lastAttempt }: OutputState, attempt: number) =>
  lastAttempt === attempt && isTaskEnd(status) ? status : 'error';
