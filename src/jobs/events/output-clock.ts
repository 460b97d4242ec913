/** How far the outputs go that somebody follows: asked for all of them in one statement, while there is anybody. */
import type { Queryable } from '../../database/pool.js';
import { BackgroundLoop } from '../../telemetry/background-loop.js';
import { Bell } from './bell.js';
import { type OutputState, readOutputStates, type Watched } from './events.sql.js';
import type { Feed } from './feeds.js';

/** A worker gathers output for some 20 ms, and a reader takes longer to read a line. */
const TICK_MS = 250;
/** Asked for at once. */
const AT_ONCE = 500;

/** One attempt of a task. */
export class OutputFeed implements Feed {
  readonly bell = new Bell();
  #state: OutputState | null | undefined;

  constructor(
    readonly watched: Watched,
    readonly close: () => void,
  ) {}

  /** undefined: not asked yet; null: the task is gone. */
  get state(): OutputState | null | undefined {
    return this.#state;
  }

  keep(state: OutputState | null): void {
    if (this.#state !== undefined && isSame(state, this.#state)) return;
    this.#state = state;
    this.bell.ring();
  }
}

const isSame = (one: OutputState | null, other: OutputState | null) =>
  one === null || other === null
    ? one === other
    : one.status === other.status &&
      one.lastAttempt === other.lastAttempt &&
      one.stdout === other.stdout &&
      one.stderr === other.stderr;

export class OutputClock {
  readonly #database: Queryable;
  readonly #feeds = new Set<OutputFeed>();
  readonly #asking = new BackgroundLoop('jobs', () => this.#ask());

  constructor(database: Queryable) {
    this.#database = database;
  }

  follow(watched: Watched): OutputFeed {
    const feed = new OutputFeed(watched, () => this.#feeds.delete(feed));
    this.#feeds.add(feed);
    this.#asking.wake();
    return feed;
  }

  async #ask(): Promise<void> {
    while (this.#feeds.size > 0) {
      const feeds = [...this.#feeds];
      for (let from = 0; from < feeds.length; from += AT_ONCE)
        // While there is no database, there is nothing new.
        await this.#askFor(feeds.slice(from, from + AT_ONCE)).catch(() => undefined);
      await new Promise((done) => setTimeout(done, TICK_MS));
    }
  }

  async #askFor(feeds: readonly OutputFeed[]): Promise<void> {
    const states = await readOutputStates(
      this.#database,
      feeds.map(({ watched }) => watched),
    );
    feeds.forEach((feed, index) => {
      feed.keep(states[index] ?? null);
    });
  }
}
