/** The database's time, known between two of its answers by this process's monotonic clock. */

export class DatabaseClock {
  /** Milliseconds from the monotonic clock to the database's; null: the database has not said its time yet. */
  #offset: number | null = null;

  /** `saidMs`: the database's time at some moment between `sentMs` and now; these by the monotonic clock. */
  hear(saidMs: number, sentMs: number, nowMs = performance.now()): void {
    const [least, most] = [saidMs - nowMs, saidMs - sentMs];
    const known = this.#offset ?? (least + most) / 2;
    // An answer that took long says little: what is known already stays as far as it agrees.
    this.#offset = Math.min(Math.max(known, least), most);
  }

  /** Milliseconds since 1970. */
  now(): number {
    return this.#offset === null ? Date.now() : performance.now() + this.#offset;
  }
}
