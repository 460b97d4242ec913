/** Reads together what is asked for one by one: a few at a time by one statement, which holds one connection. */

export type ReadAll<T> = (keys: readonly string[]) => Promise<ReadonlyMap<string, T>>;

/** Jobs of any size, of which nobody wants all in memory at once. */
const AT_ONCE = 50;

interface Asked<T> {
  readonly done: (value: T | null) => void;
  readonly failed: (error: unknown) => void;
}

export class Together<T> {
  readonly #readAll: ReadAll<T>;
  /** In the order in which they were asked for. */
  #asked = new Map<string, Asked<T>[]>();
  #reading = false;

  constructor(readAll: ReadAll<T>) {
    this.#readAll = readAll;
  }

  /** As it is then or later; null: it is not there. */
  read(key: string): Promise<T | null> {
    return new Promise((done, failed) => {
      this.#asked.set(key, [...(this.#asked.get(key) ?? []), { done, failed }]);
      if (!this.#reading) void this.#readOn();
    });
  }

  async #readOn(): Promise<void> {
    this.#reading = true;
    // So that all who ask in the same breath are read together.
    await Promise.resolve();
    while (this.#asked.size > 0) {
      const taken = [...this.#asked].slice(0, AT_ONCE);
      for (const [key] of taken) this.#asked.delete(key);
      try {
        const found = await this.#readAll(taken.map(([key]) => key));
        for (const [key, asked] of taken) for (const { done } of asked) done(found.get(key) ?? null);
      } catch (error) {
        for (const [, asked] of taken) for (const { failed } of asked) failed(error);
      }
    }
    this.#reading = false;
  }
}
