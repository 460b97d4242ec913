/** One job as it is now, read again when it may have changed, once for all who watch it. */
import { createHash } from 'node:crypto';
import type { WatchedJob } from '../jobs.service.js';
import { BackgroundLoop } from '../../telemetry/background-loop.js';
import { Bell } from './bell.js';
import type { Changes } from './changes.js';
import type { Feed } from './feeds.js';

/** A job as it was read. */
export interface JobState extends WatchedJob {
  /** The same for the same JSON, in every process. */
  readonly digest: string;
}

export type ReadJob = () => Promise<WatchedJob | null>;

/** Between two looks at one job, however often it changes. */
const REST_MS = 200;
const AWAY_MS = 1_000;

export class JobFeed implements Feed {
  readonly bell = new Bell();
  readonly #read: ReadJob;
  readonly #unwatch: () => void;
  #state: JobState | null = null;
  readonly #reading = new BackgroundLoop('jobs', () => this.#readOn());
  /** The last read that was asked for, and that one if it has not begun. */
  #last: Promise<void> = Promise.resolve();
  #next: Promise<void> | null = null;
  #again = false;
  #closed = false;

  constructor(id: string, changes: Changes, read: ReadJob) {
    this.#read = read;
    this.#unwatch = changes.watch((ids) => {
      if (ids === null || ids.includes(id)) this.#look();
    });
  }

  /** null: it is not there, any more or at all. */
  get state(): JobState | null {
    return this.#state;
  }

  /** Whoever comes gets what is there now, and an error where it cannot be read. */
  async fresh(): Promise<JobState | null> {
    await this.#readNext();
    return this.#state;
  }

  close(): void {
    this.#closed = true;
    this.#unwatch();
  }

  #look(): void {
    this.#again = true;
    this.#reading.wake();
  }

  async #readOn(): Promise<void> {
    while (this.#again && !this.#closed) {
      this.#again = false;
      let rest = REST_MS;
      try {
        await this.#readNext();
      } catch {
        // What has changed before the database is back is told by nobody else.
        this.#again = true;
        rest = AWAY_MS;
      }
      await new Promise((done) => setTimeout(done, rest));
    }
  }

  /** One after the other, so that none is kept over a later one; whoever comes while one waits for its turn shares it. */
  #readNext(): Promise<void> {
    if (this.#next !== null) return this.#next;
    const next = this.#last.then(async () => {
      this.#next = null;
      this.#keep(await this.#read());
    });
    this.#next = next;
    this.#last = next.catch(() => undefined);
    return next;
  }

  #keep(read: WatchedJob | null): void {
    if (read?.json === this.#state?.json) return;
    this.#state = read === null ? null : { ...read, digest: digestOf(read.json) };
    this.bell.ring();
  }
}

const digestOf = (text: string) => createHash('sha1').update(text).digest('base64url');
