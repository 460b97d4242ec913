/** Remembers for a while whose a good token is, since most come with every request and a signature costs more than an answer. */
import { setImmediate, setTimeout } from 'node:timers/promises';
import type { Caller } from '../../domain/caller.js';
import type { Grant } from './token.js';

/** A key that is withdrawn is believed for so much longer. */
const REMEMBERED_MS = 30_000;
/** Of at most 8 KiB each. */
const TOKENS = 1_000;
/** A signature takes less. What takes longer is a provider that is asked for its keys, which is no guess yet. */
const PATIENCE_MS = 20;

interface Known extends Grant {
  /** By the monotonic clock. */
  readonly until: number;
}

export class KnownTokens {
  readonly #judge: (token: string) => Promise<Grant>;
  /** Those that were judged the longest ago come first. */
  readonly #known = new Map<string, Known>();
  /** By whose they are. */
  readonly #judging = new Map<string, Set<Promise<unknown>>>();

  constructor(judge: (token: string) => Promise<Grant>) {
    this.#judge = judge;
  }

  /** Rejects as `judge` does. `from`: whose guesses are counted together, which is not to be told by the token. */
  caller(token: string, from: string): Caller | Promise<Caller> {
    const known = this.#known.get(token);
    if (known === undefined || !isGood(known)) return this.#ask(token, from);
    const others = this.#judging.get(from);
    return others === undefined ? known.caller : this.#after(others, known.caller);
  }

  /** Guesses that came before are counted before, so that nobody gets past his limit for being known. */
  async #after(others: ReadonlySet<Promise<unknown>>, caller: Caller): Promise<Caller> {
    await Promise.race([Promise.allSettled([...others]), setTimeout(PATIENCE_MS, null, { ref: false })]);
    await setImmediate();
    return caller;
  }

  async #ask(token: string, from: string): Promise<Caller> {
    const judging = this.#judge(token);
    const mine = this.#judging.get(from) ?? new Set();
    this.#judging.set(from, mine.add(judging));
    try {
      const grant = await judging;
      this.#remember(token, grant);
      return grant.caller;
    } finally {
      mine.delete(judging);
      if (mine.size === 0) this.#judging.delete(from);
    }
  }

  #remember(token: string, grant: Grant): void {
    this.#known.delete(token);
    this.#known.set(token, { ...grant, until: performance.now() + REMEMBERED_MS });
    const [oldest] = this.#known.keys();
    if (this.#known.size > TOKENS && oldest !== undefined) this.#known.delete(oldest);
  }
}

const isGood = ({ until, expiresMs }: Known) => performance.now() < until && Date.now() < expiresMs;
