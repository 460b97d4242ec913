/** The events of one job: the whole job each time something about it is otherwise, until it has ended. */
import type { JobFeed } from './job-feed.js';
import { END, event, eventOf, pings } from './sse.js';

/**
 * `lastId` is the digest that was sent last. A reader that is slower than the job is passes over what was in between.
 */
export async function* jobEvents(
  feed: JobFeed,
  lastId: string | null,
  signal: AbortSignal,
): AsyncGenerator<string> {
  let sent = lastId;
  while (!signal.aborted) {
    const { rung } = feed.bell;
    const { state } = feed;
    if (state === null) return;
    if (state.digest !== sent) yield eventOf('job', state.digest, state.json);
    sent = state.digest;
    if (state.ended) {
      yield event('end', END, { status: state.status });
      return;
    }
    yield* pings(feed.bell, rung, signal);
  }
}
