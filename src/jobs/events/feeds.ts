/** What is read once for all who watch it: made for the first of them, and gone with the last one. */

export interface Feed {
  close(): void;
}

export interface Held<T> {
  readonly feed: T;
  readonly release: () => void;
}

export class Feeds<T extends Feed> {
  readonly #feeds = new Map<string, { readonly feed: T; holders: number }>();

  /** To be released once. */
  hold(key: string, make: () => T): Held<T> {
    const entry = this.#feeds.get(key) ?? { feed: make(), holders: 0 };
    entry.holders += 1;
    this.#feeds.set(key, entry);
    const release = () => {
      entry.holders -= 1;
      if (entry.holders > 0) return;
      this.#feeds.delete(key);
      entry.feed.close();
    };
    return { feed: entry.feed, release };
  }
}
