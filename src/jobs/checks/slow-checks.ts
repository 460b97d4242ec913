/** Remembers for a while which variables have taken long to check, and by whom, so that these hold up no quick ones. */
import type { DeclaredVariables } from '../../pipelines/variables.js';

const REMEMBERED_MS = 60_000;
const MAX_OWNERS = 1_000;

interface Known {
  /** The declaration as JSON. */
  readonly json: string;
  /** Owners, the oldest first, and until when each counts as slow, in milliseconds of the monotonic clock. */
  readonly owners: Map<string, number>;
  suspectUntil: number;
}

export class SlowChecks {
  /** A loaded declaration is the same object until the next reload. */
  readonly #known = new WeakMap<DeclaredVariables, Known>();

  jsonOf(declared: DeclaredVariables): string {
    return this.#of(declared).json;
  }

  /** Whether values for these variables have taken long, whichever caller sent them. */
  isSuspect(declared: DeclaredVariables): boolean {
    return performance.now() < this.#of(declared).suspectUntil;
  }

  /** Whether those of this owner have. */
  isSlow(declared: DeclaredVariables, owner: string): boolean {
    return performance.now() < (this.#of(declared).owners.get(owner) ?? 0);
  }

  add(declared: DeclaredVariables, owner: string): void {
    const known = this.#of(declared);
    known.suspectUntil = performance.now() + REMEMBERED_MS;
    known.owners.delete(owner);
    known.owners.set(owner, known.suspectUntil);
    const [oldest] = known.owners.keys();
    if (known.owners.size > MAX_OWNERS && oldest !== undefined) known.owners.delete(oldest);
  }

  forget(declared: DeclaredVariables, owner: string): void {
    this.#of(declared).owners.delete(owner);
  }

  #of(declared: DeclaredVariables): Known {
    const found = this.#known.get(declared);
    if (found !== undefined) return found;
    const known = { json: JSON.stringify(declared), owners: new Map<string, number>(), suspectUntil: 0 };
    this.#known.set(declared, known);
    return known;
  }
}
