/** The events of all jobs that a caller may see: each that has changed, and what it has become. */
import type { Caller } from '../../domain/caller.js';
import { fits } from '../../domain/pipeline-pattern.js';
import { Bell } from './bell.js';
import type { Held } from './feeds.js';
import type { Batch, JobChange, JobsFeed, ReadChanges } from './jobs-feed.js';
import { event, pings } from './sse.js';

/** Changes that wait for a slow reader; with more of them it is told to read the list again. */
const MOST_WAITING = 1_000;

/** What a reader has not had yet: of each job the last change. */
class Waiting {
  readonly bell = new Bell();
  #jobs = new Map<string, JobChange>();
  #missed = false;
  #micros = 0n;

  constructor(private readonly caller: Caller) {}

  /** null: too much to be told. */
  readonly take = (batch: Batch | null) => {
    const jobs = (batch?.jobs ?? []).filter(({ pipeline }) => fits(pipeline, this.caller.pipelines));
    for (const job of jobs) this.#jobs.set(job.id, job);
    if (batch === null || this.#jobs.size > MOST_WAITING) {
      this.#missed = true;
      this.#jobs.clear();
    }
    if (batch !== null && batch.micros > this.#micros) this.#micros = batch.micros;
    if (batch === null || jobs.length > 0) this.bell.ring();
  };

  /** As text; "": nothing. The id comes with the last one: who is cut off before has not had all that it stands for. */
  give(): string {
    const told: [string, unknown][] = [...this.#jobs.values()].map((job) => ['job', job]);
    if (this.#missed) told.unshift(['reset', {}]);
    this.#jobs = new Map();
    this.#missed = false;
    return told
      .map(([name, data], index) =>
        event(name, index === told.length - 1 ? String(this.#micros) : null, data),
      )
      .join('');
  }
}

/** `lastMicros`: of the last event that the reader has had; null: it is new. Releases the feed at its end. */
export async function* jobsEvents(
  { feed, release }: Held<JobsFeed>,
  read: ReadChanges,
  caller: Caller,
  lastMicros: bigint | null,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const waiting = new Waiting(caller);
  const unwatch = feed.watch(waiting.take);
  try {
    const now = await read.of([]);
    waiting.take(now);
    yield event('open', String(lastMicros ?? now.micros), {});
    if (lastMicros !== null) waiting.take(await read.since(lastMicros));
    while (!signal.aborted) {
      const { rung } = waiting.bell;
      const text = waiting.give();
      if (text !== '') yield text;
      yield* pings(waiting.bell, rung, signal);
    }
  } finally {
    unwatch();
    release();
  }
}
