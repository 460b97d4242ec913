/** Reads single things for many who ask at once: what is asked for while others are being read is read together. */
import { inBackground } from '../telemetry/guarded.js';

/** Reads under way; who comes meanwhile is the next one's, so there are more together the more is asked for. */
const UNDER_WAY = 2;

export interface Reading<T> {
  /** Ids that are read together: each waits for all of them. */
  readonly most: number;
  /** By id; what is not there is left out. */
  readonly read: (ids: readonly string[]) => Promise<ReadonlyMap<string, T>>;
}

interface Asked<T> {
  readonly answer: (found: T | undefined) => void;
  readonly fail: (error: unknown) => void;
}

export class Together<T> {
  readonly #reading: Reading<T>;
  readonly #waiting = new Map<string, Asked<T>[]>();
  #underWay = 0;

  constructor(reading: Reading<T>) {
    this.#reading = reading;
  }

  /** As it is after this call, or later. undefined: it is not there. Rejects as the read does that it was part of. */
  read(id: string): Promise<T | undefined> {
    return new Promise((answer, fail) => {
      const asked = this.#waiting.get(id);
      if (asked === undefined) this.#waiting.set(id, [{ answer, fail }]);
      else asked.push({ answer, fail });
      if (this.#underWay < UNDER_WAY) inBackground('database', () => this.#readNext());
    });
  }

  async #readNext(): Promise<void> {
    this.#underWay += 1;
    try {
      while (this.#waiting.size > 0) await this.#readSome();
    } finally {
      this.#underWay -= 1;
    }
  }

  async #readSome(): Promise<void> {
    const some = [...this.#waiting].slice(0, this.#reading.most);
    for (const [id] of some) this.#waiting.delete(id);
    try {
      const found = await this.#reading.read(some.map(([id]) => id));
      for (const [id, asked] of some) for (const { answer } of asked) answer(found.get(id));
    } catch (error) {
      for (const [, asked] of some) for (const { fail } of asked) fail(error);
    }
  }
}
