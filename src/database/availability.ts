/** Knows whether the database answers and takes writes: it asks when a caller has waited, or after an error. */
import { type DatabaseTrouble, HoldfastError, unavailable } from '../domain/errors.js';
import { databaseTroubleOf } from './away.js';
import type { Target } from './connect/target.js';
import { type Problem, Probe } from './probe.js';
import { guarded, inBackground } from '../telemetry/guarded.js';
import { logger } from '../telemetry/log.js';
import { Seldom } from '../telemetry/seldom.js';

const log = logger('database');
const seldom = new Seldom();

export interface AvailabilityEvents {
  /** What is open then may be half there, and swallow what it is asked. */
  readonly onAway: () => void;
  /** Connections opened before, by the monotonic clock, may be half-open, or lead to a server that takes no writes. */
  readonly onMoved: (openedBefore: number) => void;
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
  readonly #probe: Probe;
  /** Those who wait for an answer, to be told that none will come. */
  readonly #waiting = new Set<() => void>();
  #probeMs = PROBE_MS;
  #asking: Promise<DatabaseTrouble | null> | undefined;
  #retry: NodeJS.Timeout | undefined;
  /** `since` is by the monotonic clock; null: it is there, as far as this process knows. */
  #away: (Problem & { readonly since: number }) | null = null;
  #closed = false;

  constructor(database: Target | string, events: AvailabilityEvents) {
    this.#events = events;
    this.#probe = new Probe(database);
  }

  /** Asks how far away the database is when it is well: a far one is given more time. */
  async open(): Promise<void> {
    let fastest = Infinity;
    for (let round = 0; round < ROUNDS; round += 1) {
      const asked = performance.now();
      if ((await this.check()) === null) fastest = Math.min(fastest, performance.now() - asked);
    }
    if (fastest !== Infinity) this.#probeMs = Math.max(PROBE_MS, TRIPS_TO_CONNECT * fastest);
  }

  get away(): boolean {
    return this.#away !== null;
  }

  /** Does what needs the database; rejects as soon as it is found to be away, not before. */
  async guard<T>(work: (isOver: () => boolean) => Promise<T>): Promise<T> {
    if (this.#away !== null) throw unavailable(this.#away.trouble);
    let over = false;
    let refuse: () => void = () => undefined;
    const refused = new Promise<never>((_, fail) => {
      refuse = () => {
        over = true;
        fail(unavailable(this.#away?.trouble));
      };
    });
    this.#waiting.add(refuse);
    const timer = setInterval(
      guarded('database', () => this.check()),
      WAIT_MS,
    );
    try {
      return await Promise.race([work(() => over), refused]);
    } finally {
      clearInterval(timer);
      this.#waiting.delete(refuse);
    }
  }

  /** Asks, once for all who want to know at once, unless it is known to be away; never rejects. null: it is there. */
  check(): Promise<DatabaseTrouble | null> {
    return this.#away === null ? this.#once() : Promise.resolve(this.#away.trouble);
  }

  /** Checks if the error may mean that it is away: one broken connection says little about the others. */
  suspect(error: unknown): void {
    if (this.away || error instanceof HoldfastError) return;
    const trouble = databaseTroubleOf(error);
    if (trouble === 'forbids') {
      const again = seldom.let('forbids');
      if (again !== null) log.warn(`the database refuses: ${(error as Error).message}`, { again });
    } else if (trouble === 'read-only') inBackground('database', () => this.#checkAnew());
    else if (trouble !== null) inBackground('database', () => this.check());
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    await this.#probe.close();
  }

  /** Some connections lead to a server that takes no writes. If a new one does not, the address has moved. */
  async #checkAnew(): Promise<void> {
    const noticed = performance.now();
    this.#probe.distrust();
    if ((await this.check()) === null) this.#events.onMoved(noticed);
  }

  #once(): Promise<DatabaseTrouble | null> {
    return (this.#asking ??= this.#ask().finally(() => (this.#asking = undefined)));
  }

  async #ask(): Promise<DatabaseTrouble | null> {
    const problem = await this.#probe.problem(this.away ? BACK_MS : this.#probeMs);
    const trouble = problem?.trouble ?? null;
    if (this.#closed) return trouble;
    try {
      if (problem === null) this.#find();
      else this.#lose(problem);
    } finally {
      // Whatever fails there: nothing else finds out that the database is back.
      clearTimeout(this.#retry);
      if (this.away)
        this.#retry = setTimeout(
          guarded('database', () => this.#once()),
          RETRY_MS,
        );
    }
    return trouble;
  }

  #lose(problem: Problem): void {
    const before = this.#away;
    this.#away = { ...problem, since: before?.since ?? performance.now() };
    if (before?.trouble !== problem.trouble) log.warn(`the database is away: ${problem.reason}`);
    if (before !== null) return;
    for (const refuse of this.#waiting) refuse();
    this.#events.onAway();
  }

  #find(): void {
    const before = this.#away;
    if (before === null) return;
    this.#away = null;
    log.warn('the database is back');
    this.#events.onMoved(before.since);
  }
}
