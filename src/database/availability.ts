/** Whether the database answers, as far as this process knows: it asks when somebody has waited for it, or in vain. */
import { HoldfastError, unavailable } from '../domain/errors.js';
import { isAway } from './away.js';
import type { Target } from './connect/target.js';
import { API } from './limits.js';
import { patience } from './patience.js';
import { PARTS } from './parts.js';
import { openPool, type Pool } from './pool.js';
import { isCrowded } from './shortage.js';
import { guarded, inBackground } from '../telemetry/guarded.js';
import { logger } from '../telemetry/log.js';

const log = logger('database');

export interface AvailabilityEvents {
  /** What is open then may be half there, and swallow what it is asked. */
  readonly onAway: () => void;
  /** `since`: when it was found to be away, by the monotonic clock. */
  readonly onBack: (since: number) => void;
}

/** How long a caller waits before it is asked whether anybody answers at all; then how long for that answer. */
const WAIT_MS = 200;
const PROBE_MS = 500;
/** While it is away nobody waits for the answer, so a slow one will do. */
const BACK_MS = 2_000;
const RETRY_MS = 250;
/** How often it is asked at first, and what a new connection takes of what the fastest answer took, with some to spare. */
const ROUNDS = 3;
const TRIPS_TO_CONNECT = 10;

export class Availability {
  readonly #events: AvailabilityEvents;
  /** Of one connection, which is not kept: an old one that nobody uses may be half there alone. */
  readonly #probe: Pool;
  /** Those who wait for an answer, to be told that none will come. */
  readonly #waiting = new Set<() => void>();
  #probeMs = PROBE_MS;
  #asking: Promise<boolean> | undefined;
  #retry: NodeJS.Timeout | undefined;
  /** Since when, by the monotonic clock; null: it is there, as far as anybody knows. */
  #awaySince: number | null = null;
  #closed = false;

  constructor(database: Target | string, events: AvailabilityEvents) {
    this.#events = events;
    this.#probe = openPool(database, { ...API, name: 'probe', size: PARTS.probe.size });
  }

  /** Asks how far away the database is when it is well: a far one is given more time. */
  async open(): Promise<void> {
    let fastest = Infinity;
    for (let round = 0; round < ROUNDS; round += 1) {
      const asked = performance.now();
      if (await this.check()) fastest = Math.min(fastest, performance.now() - asked);
    }
    if (fastest !== Infinity) this.#probeMs = Math.max(PROBE_MS, TRIPS_TO_CONNECT * fastest);
  }

  get away(): boolean {
    return this.#awaySince !== null;
  }

  /** What needs the database; rejects as `unavailable` as soon as nobody answers, not before. */
  async guard<T>(work: (isOver: () => boolean) => Promise<T>): Promise<T> {
    if (this.away) throw unavailable();
    let over = false;
    let refuse: () => void = () => undefined;
    const refused = new Promise<never>((_, fail) => {
      refuse = () => {
        over = true;
        fail(unavailable());
      };
    });
    this.#waiting.add(refuse);
    const timer = setInterval(
      guarded('database', () => this.check()),
      WAIT_MS,
    );
    try {
      return await Promise.race([work(() => over), refused]);
    } catch (error) {
      // One broken connection says little, so the others need not find out each for itself.
      if (!(error instanceof HoldfastError) && isAway(error)) inBackground('database', () => this.check());
      throw error;
    } finally {
      clearInterval(timer);
      this.#waiting.delete(refuse);
    }
  }

  /** Asks, once for all who want to know at once, unless it is known to be away; never rejects. */
  check(): Promise<boolean> {
    return this.away ? Promise.resolve(false) : this.#once();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    await this.#probe.close();
  }

  #once(): Promise<boolean> {
    return (this.#asking ??= this.#ask().finally(() => (this.#asking = undefined)));
  }

  async #ask(): Promise<boolean> {
    const problem = await this.#problem();
    if (this.#closed) return problem === null;
    try {
      if (problem === null) this.#find();
      else if (!this.away) this.#lose(problem);
    } finally {
      // Whatever fails there: nothing else finds out that the database is back.
      clearTimeout(this.#retry);
      if (this.away)
        this.#retry = setTimeout(
          guarded('database', () => this.#once()),
          RETRY_MS,
        );
    }
    return problem === null;
  }

  async #problem(): Promise<string | null> {
    const late = patience(this.away ? BACK_MS : this.#probeMs);
    let over = false;
    // That a connection is cut says less than that there is no other.
    const answered = this.#probe.query('SELECT').catch((error: unknown) => {
      if (over) throw error;
      return this.#probe.query('SELECT');
    });
    try {
      const answer = await Promise.race([answered, late.over]);
      if (answer !== 'late') return null;
      over = true;
      this.#probe.drop();
      return 'it does not answer';
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      // A server that has no connection left is there.
      return isCrowded(error) ? null : message || (code ?? 'no answer');
    } finally {
      late.cancel();
    }
  }

  #lose(problem: string): void {
    this.#awaySince = performance.now();
    log.warn(`the database is away: ${problem}`);
    for (const refuse of this.#waiting) refuse();
    this.#events.onAway();
  }

  #find(): void {
    const since = this.#awaySince;
    if (since === null) return;
    this.#awaySince = null;
    log.warn('the database is back');
    this.#events.onBack(since);
  }
}
