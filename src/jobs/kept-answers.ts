/** Answers about jobs, kept as they were sent: good for as long as a look says that the job still is so. */
import type { Kept } from './unchanged.js';

/** Characters of all of them, with what they were made of; the one that was asked for the longest ago goes first. */
const ALL = 32 * 1024 * 1024;
/** Of one: a larger one takes longer to send than to read. */
const ONE = 512 * 1024;

export interface KeptAnswer extends Kept<string> {
  readonly pipeline: string;
  /** Characters, as above. */
  readonly size: number;
}

export class KeptAnswers<T extends KeptAnswer> {
  readonly #kept = new Map<string, T>();
  readonly #most: number;
  #size = 0;

  constructor(most = ALL) {
    this.#most = most;
  }

  get size(): number {
    return this.#size;
  }

  get(id: string): T | undefined {
    const kept = this.#kept.get(id);
    if (kept === undefined) return undefined;
    this.#kept.delete(id);
    this.#kept.set(id, kept);
    return kept;
  }

  set(id: string, kept: T): void {
    this.forget(id);
    if (kept.size > ONE) return;
    this.#kept.set(id, kept);
    this.#size += kept.size;
    for (const oldest of this.#kept.keys()) {
      if (this.#size <= this.#most) return;
      this.forget(oldest);
    }
  }

  forget(id: string): void {
    this.#size -= this.#kept.get(id)?.size ?? 0;
    this.#kept.delete(id);
  }
}
