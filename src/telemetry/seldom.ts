/** Lets a line that would be said again and again through once in a while, with how often it was held back. */

const WINDOW_MS = 10_000;
/** Different lines that are remembered; all others count as one. */
const KEYS = 200;

export class Seldom {
  readonly #windowMs: number;
  readonly #held = new Map<string, { until: number; count: number }>();

  constructor(windowMs = WINDOW_MS) {
    this.#windowMs = windowMs;
  }

  /** How many were held back since the last one that was let through; null: this one is held back too. */
  let(wanted: string, now = performance.now()): number | null {
    const key = this.#held.has(wanted) || this.#held.size < KEYS ? wanted : '';
    const held = this.#held.get(key);
    if (held !== undefined && now < held.until) {
      held.count += 1;
      return null;
    }
    this.#held.set(key, { until: now + this.#windowMs, count: 0 });
    return held?.count ?? 0;
  }
}
