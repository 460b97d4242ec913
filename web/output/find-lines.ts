/** Which lines have a text in them, looked for a few thousand lines at a time, so that nothing stands still meanwhile. */
import type { LineStore } from './line-store.js';

/** More are not counted. */
export const MOST_FOUND = 50_000;
const AT_A_TIME = 4_000;

/** null: there is nothing to look for. */
export function matcherOf(wanted: string): RegExp | null {
  return wanted === '' ? null : new RegExp(wanted.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'), 'giu');
}

export class LineSearch {
  readonly found: number[] = [];
  #next = 0;
  readonly #matcher: RegExp | null;

  constructor(
    private readonly store: LineStore,
    wanted: string,
  ) {
    this.#matcher = matcherOf(wanted);
  }

  /** Whether all lines that have ended were looked at. */
  get isDone(): boolean {
    return this.#matcher === null || this.isFull || this.#next >= this.store.ended;
  }

  get isFull(): boolean {
    return this.found.length >= MOST_FOUND;
  }

  step(): void {
    const end = Math.min(this.store.ended, this.#next + AT_A_TIME);
    for (; this.#next < end && !this.isFull && this.#matcher !== null; this.#next += 1) {
      this.#matcher.lastIndex = 0;
      if (this.#matcher.test(this.store.plain(this.#next))) this.found.push(this.#next);
    }
  }
}

/** The first that is found at or below a line; at the end it begins anew. */
export function firstFrom(found: readonly number[], line: number): number {
  let [low, high] = [0, found.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((found[middle] as number) < line) low = middle + 1;
    else high = middle;
  }
  return low === found.length ? 0 : low;
}
