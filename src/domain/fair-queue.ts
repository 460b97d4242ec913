/** A bounded queue that serves its owners in turn, so that none of them keeps the others waiting or takes all the room. */

export interface QueueLimits {
  readonly maxItems: number;
  readonly maxItemsOfOwner: number;
}

export class FairQueue<T> {
  readonly #limits: QueueLimits;
  /** Items by owner, oldest first. The owner that is served next comes first. */
  readonly #items = new Map<string, T[]>();
  #size = 0;

  constructor(limits: QueueLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#size;
  }

  /**
   * Returns the item that there is no room for, or null. That is the new one, or the newest of the owner with the most
   * items if it would still have more than this one.
   */
  push(owner: string, item: T): T | null {
    const own = this.#items.get(owner)?.length ?? 0;
    if (own >= this.#limits.maxItemsOfOwner) return item;
    if (this.#size < this.#limits.maxItems) {
      this.#add(owner, item);
      return null;
    }
    const [greediest, theirs] = this.#greediest();
    if (theirs <= own + 1) return item;
    const evicted = this.#items.get(greediest)?.pop() as T;
    this.#size -= 1;
    this.#add(owner, item);
    return evicted;
  }

  /** Takes the oldest item of the owner whose turn it is, passing over those that may not be served now. */
  shift(mayBeServed: (owner: string) => boolean = () => true): T | undefined {
    for (const [owner, items] of this.#items) {
      if (!mayBeServed(owner)) continue;
      const item = items.shift() as T;
      this.#size -= 1;
      this.#items.delete(owner);
      if (items.length > 0) this.#items.set(owner, items);
      return item;
    }
    return undefined;
  }

  /** Takes out an item whose caller has stopped waiting. */
  remove(owner: string, item: T): void {
    const items = this.#items.get(owner) ?? [];
    const at = items.indexOf(item);
    if (at === -1) return;
    items.splice(at, 1);
    this.#size -= 1;
    if (items.length === 0) this.#items.delete(owner);
  }

  #add(owner: string, item: T): void {
    const items = this.#items.get(owner);
    if (items === undefined) this.#items.set(owner, [item]);
    else items.push(item);
    this.#size += 1;
  }

  #greediest(): [owner: string, items: number] {
    let found: [string, number] = ['', 0];
    for (const [owner, { length }] of this.#items) if (length > found[1]) found = [owner, length];
    return found;
  }
}
