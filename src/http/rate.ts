/** How many requests each caller has left: one moment a caller is all that is kept, of a bounded number of callers. */

/** Of more, the one that has been quiet for the longest is forgotten, and begins anew: nobody is refused for others. */
const CALLERS = 10_000;

export class Rate {
  /** When each would have made its requests if it had kept to the rate, the last one to ask last. */
  readonly #due = new Map<string, number>();
  readonly #gapMs: number;
  readonly #burstMs: number;

  /** So many requests at once, and then so many a second. */
  constructor(perSecond: number) {
    this.#gapMs = 1000 / perSecond;
    this.#burstMs = 1000 - this.#gapMs;
  }

  get callers(): number {
    return this.#due.size;
  }

  /** Counts a request of this moment; how many milliseconds too early it comes, 0 if it does not. */
  take(caller: string, nowMs: number): number {
    const early = this.early(caller, nowMs);
    const due = Math.max(this.#due.get(caller) ?? 0, nowMs);
    this.#due.delete(caller);
    // What is refused costs nothing, or whoever goes on asking would never be let in again.
    this.#due.set(caller, early > 0 ? due : due + this.#gapMs);
    if (this.#due.size > CALLERS) this.#due.delete(this.#due.keys().next().value as string);
    return early;
  }

  /** The same without counting it. */
  early(caller: string, nowMs: number): number {
    return Math.max((this.#due.get(caller) ?? 0) - nowMs - this.#burstMs, 0);
  }
}
