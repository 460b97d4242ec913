/** Opens the streams of a process: who may watch what, and what is shared among those who watch the same. */
import { Injectable } from '@nestjs/common';
import type { Caller } from '../../domain/caller.js';
import type { Actor } from '../../domain/audit.js';
import { invalidRequest, jobNotFound, tooManyStreams } from '../../domain/errors.js';
import { fits } from '../../domain/pipeline-pattern.js';
import { Database } from '../../database/database.js';
import { STREAMS } from '../../executor/executor.js';
import { guarded } from '../../telemetry/guarded.js';
import { SMALL_ANSWER_BYTES } from '../begun.js';
import { shareOf } from '../caller-share.js';
import { JobsService } from '../jobs.service.js';
import { Turns } from '../turns.js';
import { Changes } from './changes.js';
import { readChanges, type Watched } from './events.sql.js';
import { Feeds } from './feeds.js';
import { jobEvents } from './job-events.js';
import { JobFeed } from './job-feed.js';
import { jobsEvents } from './jobs-events.js';
import { JobsFeed, type ReadChanges } from './jobs-feed.js';
import { OutputClock, type OutputFeed } from './output-clock.js';
import { outputEvents } from './output-events.js';
import { parsePlace } from './output-place.js';
import type { OutputStreamQuery } from './events.query.js';
import type { Events } from './streams.js';

/** Streams of jobs that take more than 64 KiB: each holds some copies of its job. There is no waiting for them. */
const LARGE_JOBS = {
  ...{ atOnce: 128, atOnceOfOwner: 32 },
  ...{ maxItems: 0, maxItemsOfOwner: 0, maxWaitMs: 0 },
};

@Injectable()
export class EventsService {
  readonly #largeJobs = new Turns(LARGE_JOBS, tooManyStreams);
  readonly #read: ReadChanges;
  readonly #clock: OutputClock;
  readonly #job = new Feeds<JobFeed>();
  readonly #jobs = new Feeds<JobsFeed>();
  readonly #output = new Feeds<OutputFeed>();

  constructor(
    private readonly jobs: JobsService,
    private readonly database: Database,
    private readonly changes: Changes,
  ) {
    this.#read = readChanges(database.pool);
    this.#clock = new OutputClock(database.pool);
  }

  /** `lastId`, here and below: of the last event that the caller has had. The job is watched until `signal`. */
  async job(id: string, caller: Caller & Actor, lastId: string | null, signal: AbortSignal): Promise<Events> {
    const { feed, release } = this.#job.hold(
      id,
      () => new JobFeed(id, this.changes, () => this.jobs.watched(id)),
    );
    onAbort(signal, release);
    const state = await feed.fresh();
    if (state === null || !fits(state.pipeline, caller.pipelines)) throw jobNotFound();
    if (state.json.length > SMALL_ANSWER_BYTES) onAbort(signal, await this.#largeJobs.begin(shareOf(caller)));
    return () => jobEvents(feed, lastId, signal);
  }

  async allJobs(caller: Caller, lastId: string | null): Promise<Events> {
    // Asked before there is a stream: while nobody answers there, the caller is to be told so.
    await this.#read.of([]);
    const lastMicros = lastId !== null && /^\d{1,16}$/.test(lastId) ? BigInt(lastId) : null;
    const hold = () => this.#jobs.hold('', () => new JobsFeed(this.changes, this.#read));
    return (signal) => jobsEvents(hold(), this.#read, caller, lastMicros, signal);
  }

  async output(query: OutputStreamQuery, caller: Caller, lastId: string | null): Promise<Events> {
    const { stream, offset = 0 } = query;
    if (stream === undefined && query.offset !== undefined) throw invalidRequest('Invalid offset');
    const { taskId, attempt } = (await this.jobs.taskWithOutput(query, caller)).task;
    const begin = { attempt: query.attempt ?? attempt, stdout: 0, stderr: 0 };
    const last = lastId === null ? null : parsePlace(lastId);
    const isBefore = last !== null && last.attempt <= begin.attempt;
    const followed = {
      taskId,
      streams: stream === undefined ? STREAMS : [stream],
      from: isBefore ? last : stream === undefined ? begin : { ...begin, [stream]: offset },
      all: query.attempt === undefined,
    };
    const parts = {
      database: this.database.pool,
      hold: (watched: Watched) =>
        this.#output.hold(`${watched.taskId}/${watched.attempt}`, () => this.#clock.follow(watched)),
    };
    return (signal) => outputEvents(parts, followed, signal);
  }
}

/** Acts at once if the signal is aborted already. */
function onAbort(signal: AbortSignal, action: () => void): void {
  if (signal.aborted) action();
  else signal.addEventListener('abort', guarded('jobs', action), { once: true });
}
