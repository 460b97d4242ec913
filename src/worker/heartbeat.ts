/** Keeps this worker's row alive, says how long others will believe in it, and notices when they no longer do. */
import { randomBytes } from 'node:crypto';
import type { DatabaseClock } from '../database/database-clock.js';
import type { Queryable } from '../database/pool.js';
import { beat, leave, takeFreeName, takeName, type WorkerLife, workerId } from '../scheduler/worker.sql.js';
import { guarded, inBackground } from '../telemetry/guarded.js';
import { logger } from '../telemetry/log.js';
import { heartbeatFailures } from '../telemetry/metrics.js';

const log = logger('heartbeat');

export interface HeartbeatOptions {
  /** Of a connection of its own, whose answers take no longer than the time between two heartbeats. */
  readonly database: Queryable;
  readonly name: string;
  readonly leaseMs: number;
  /** Is set by each answer. */
  readonly clock: DatabaseClock;
  /** Each time: for how many milliseconds from now nobody else will start this worker's tasks; 0 or less: no longer. */
  readonly onTick: (heldMs: number) => void;
  /** Another life has begun, or none could: nothing that was held before is held any more. */
  readonly onLost: () => void;
}

const BEATS_A_LEASE = 12;
/** The part of a lease after which tasks that others may start again have to be dead. */
const HELD = 0.75;

export const beatMs = (leaseMs: number) => leaseMs / BEATS_A_LEASE;
export const heldMs = (leaseMs: number) => leaseMs * HELD;

export class Heartbeat {
  readonly #options: HeartbeatOptions;
  #life: WorkerLife | null = null;
  /** The one that tries to begin: the same until it has, as the reply to its beginning may be lost. */
  #next: WorkerLife | null = null;
  /** By this process's monotonic clock, in milliseconds; counted from before the heartbeat that was answered. */
  #heldUntil = -Infinity;
  /** By the same clock. */
  #answered = -Infinity;
  #timer: NodeJS.Timeout | undefined;
  #beating = false;
  #away = false;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
  }

  /** Since the last one that was answered; Infinity: none has been. */
  get ageSeconds(): number {
    return (performance.now() - this.#answered) / 1000;
  }

  /** What tasks are claimed under; null: under nothing, as long as another worker has this one's name. */
  get worker(): string | null {
    return this.#life?.id ?? null;
  }

  /** Resolves once this life is known to all, and that of a predecessor is over. */
  async start(): Promise<void> {
    const life = this.#newLife();
    const sent = performance.now();
    this.#hear(await takeName(this.#options.database, life), sent);
    this.#answered = performance.now();
    this.#begin(life, sent);
    const tick = () => {
      this.#tick();
    };
    this.#timer = setInterval(guarded('heartbeat', tick), beatMs(this.#options.leaseMs));
    this.#tell();
  }

  /** Nothing is held any more; to be called when nothing runs any more. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    const life = this.#life;
    this.#life = null;
    if (life !== null) await leave(this.#options.database, life.id).catch(() => undefined);
  }

  /** Whether the database has said a time. */
  #hear(timeMs: number | null, sent: number): boolean {
    if (timeMs !== null) this.#options.clock.hear(timeMs, sent);
    return timeMs !== null;
  }

  #newLife(): WorkerLife {
    const { name, leaseMs } = this.#options;
    return { id: workerId(name, randomBytes(6).toString('hex')), name, leaseMs };
  }

  #begin(life: WorkerLife, sent: number): void {
    this.#life = life;
    this.#heldUntil = sent + heldMs(this.#options.leaseMs);
  }

  /** Also while an answer is waited for, or does not come. */
  #tick(): void {
    this.#tell();
    if (this.#beating) return;
    this.#beating = true;
    inBackground('heartbeat', () => this.#beat().finally(() => (this.#beating = false)));
  }

  #tell(): void {
    this.#options.onTick(this.#heldUntil - performance.now());
  }

  async #beat(): Promise<void> {
    const sent = performance.now();
    try {
      if (this.#life === null) await this.#join(sent);
      else if (this.#hear(await beat(this.#options.database, this.#life.id), sent))
        this.#begin(this.#life, sent);
      else await this.#lose(sent);
      this.#answered = performance.now();
      if (this.#away) log.warn('the database is back');
      this.#away = false;
      this.#tell();
    } catch (error) {
      heartbeatFailures.inc();
      if (!this.#away) log.warn(`no heartbeat can be written: ${(error as Error).message}`);
      this.#away = true;
    }
  }

  async #lose(sent: number): Promise<void> {
    this.#life = null;
    this.#heldUntil = -Infinity;
    log.error('this worker was called dead, so its running tasks are killed: others have decided on them');
    this.#options.onLost();
    if (!(await this.#join(sent))) {
      log.error(
        `another worker is called ${this.#options.name} now: this one runs nothing until that one is gone; ` +
          'each needs a HOLDFAST_WORKER_NAME of its own',
      );
    }
  }

  /** Never takes a name away: two workers that are called the same must not kill each other's tasks in turn. */
  async #join(sent: number): Promise<boolean> {
    this.#next ??= this.#newLife();
    const time = await takeFreeName(this.#options.database, this.#next);
    if (!this.#hear(time, sent)) return false;
    this.#begin(this.#next, sent);
    this.#next = null;
    return true;
  }
}
