/** Claims for the slots that are free, so that whatever claims at the same time, none is filled twice. */
import type { Claim } from '../scheduler/scheduler.js';
import { BackgroundLoop } from '../telemetry/background-loop.js';
import { logger } from '../telemetry/log.js';
import { Seldom } from '../telemetry/seldom.js';

const log = logger('worker');
const seldom = new Seldom();

/** What has become ready just before was not kept waiting by want of slots: the next step of a chain, say. */
const WAITED_MS = 10;

export interface SlotsOptions {
  readonly slots: number;
  /** How many are taken. */
  readonly taken: () => number;
  /** At most so many tasks; null: nothing can be claimed now. */
  readonly claim: (room: number) => Promise<readonly Claim[]> | null;
  readonly run: (claim: Claim) => void;
}

export class Slots {
  readonly #options: SlotsOptions;
  /** Claims that are under way. */
  readonly #asking = new Set<Promise<void>>();
  /** Slots that these may fill. */
  #reserved = 0;
  readonly #filling = new BackgroundLoop('worker', () => this.#fill());
  #wanted = false;
  /** The last answer filled all that it had room for, with tasks that had waited, so that others may wait too. */
  #queued = false;
  /** Nothing more is claimed. */
  closed = false;
  /** When a claim's reply was lost the last time, by the monotonic clock: it may be committed all the same. null: never. */
  unsureAt: number | null = null;

  constructor(options: SlotsOptions) {
    this.#options = options;
  }

  get free(): number {
    if (this.closed) return 0;
    return Math.max(this.#options.slots - this.#options.taken() - this.#reserved, 0);
  }

  /** Tasks wait for a slot, as far as is known. */
  get queued(): boolean {
    return this.#queued && !this.closed;
  }

  get asking(): boolean {
    return this.#asking.size > 0;
  }

  /** There may be something to claim. Who finds no free slot waits until one is. */
  wake(): void {
    this.#wanted = true;
    this.#filling.wake();
  }

  /** A slot has become free. */
  freed(): void {
    if (this.#wanted) this.wake();
  }

  /** One at a time; whoever calls meanwhile has the next round. */
  async #fill(): Promise<void> {
    for (let room = this.free; this.#wanted && room > 0; room = this.free) {
      this.#wanted = false;
      const claims = this.#options.claim(room);
      if (claims === null) break;
      await this.take(room, claims).catch((error: unknown) => {
        const held = seldom.let('claim');
        if (held !== null)
          log.warn(`no tasks could be claimed: ${(error as Error).message}`, { again: held });
      });
    }
  }

  /** Runs what is claimed, at most `room` tasks. */
  async take(room: number, claims: Promise<readonly Claim[]>): Promise<void> {
    this.#reserved += room;
    const taking = claims.then((all) => {
      this.#queued = room > 0 && all.length >= room && all.every(hasWaited);
      for (const one of all) this.#options.run(one);
    });
    const settled = taking.catch(() => undefined);
    this.#asking.add(settled);
    try {
      await taking;
    } catch (error) {
      this.unsureAt = performance.now();
      throw error;
    } finally {
      this.#asking.delete(settled);
      this.#reserved -= room;
    }
  }

  /** Resolves when the claims that are under way now have been answered, and what they brought runs. */
  async answered(): Promise<void> {
    await Promise.all(this.#asking);
  }
}

const hasWaited = ({ readyMs }: Claim) => readyMs === null || readyMs > WAITED_MS;
