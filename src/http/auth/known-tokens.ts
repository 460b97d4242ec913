/** Remembers for a while whose a good token is, since most come with every request and a signature costs more than an answer. */
import { setImmediate } from 'node:timers/promises';
import type { Caller } from '../../domain/caller.js';
import type { Grant } from './token.js';

/** A key that is withdrawn is believed for so much longer. */
const REMEMBERED_MS = 30_000;
/** Of at most 8 KiB each. */
const TOKENS = 1_000;

interface Known extends Grant {
  /** By the monotonic clock. */
  readonly until: number;
}

export class KnownTokens {
  readonly #judge: (token: string) => Promise<Grant>;
  /** Those that were judged the longest ago come first. */
  readonly #known = new Map<string, Known>();
  readonly #judging = new Set<Promise<unknown>>();

  constructor(judge: (token: string) => Promise<Grant>) {
    this.#judge = judge;
  }

  /** Rejects as `judge` does. */
  caller(token: string): Caller | Promise<Caller> {
    const known = this.#known.get(token);
    if (known === undefined || !isGood(known)) return this.#ask(token);
    return this.#judging.size === 0 ? known.caller : this.#afterOthers(known.caller);
  }

  /** Guesses that came before are counted before, so that nobody gets past his limit for being known. */
  async #afterOthers(caller: Caller): Promise<Caller> {
    await Promise.allSettled([...this.#judging]);
    await setImmediate();
    return caller;
  }

  async #ask(token: string): Promise<Caller> {
    const judging = this.#judge(token);
    this.#judging.add(judging);
    try {
      const grant = await judging;
      this.#remember(token, grant);
      return grant.caller;
    } finally {
      this.#judging.delete(judging);
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
