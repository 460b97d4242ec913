/** Tokens that were found good a moment ago: looking at a signature takes longer than all else that a request needs. */
import { hash } from 'node:crypto';
import type { Caller } from '../../domain/caller.js';

/** A key that its provider no longer trusts counts for so long. */
const LONGEST_MS = 30_000;
/** Of more, the one that was found good the longest ago is forgotten. */
const TOKENS = 1_000;

export interface GoodToken {
  readonly caller: Caller;
  /** Milliseconds since 1970; null: for ever. */
  readonly expires: number | null;
}

export class Remembered {
  readonly #look: (token: string) => Promise<GoodToken>;
  /** By a digest, so that how long it takes to find one says nothing of it. */
  readonly #good = new Map<string, { readonly caller: Caller; readonly until: number }>();

  /** `look` rejects for a token that is not good; of these nothing is kept. */
  constructor(look: (token: string) => Promise<GoodToken>) {
    this.#look = look;
  }

  get tokens(): number {
    return this.#good.size;
  }

  callerOf(token: string, now = Date.now()): Caller | Promise<Caller> {
    const key = hash('sha256', token, 'base64');
    const known = this.#good.get(key);
    if (known !== undefined && now < known.until) return known.caller;
    return this.#find(key, token, now);
  }

  async #find(key: string, token: string, now: number): Promise<Caller> {
    const { caller, expires } = await this.#look(token);
    this.#good.delete(key);
    this.#good.set(key, { caller, until: Math.min(now + LONGEST_MS, expires ?? Infinity) });
    if (this.#good.size > TOKENS) this.#good.delete(this.#good.keys().next().value as string);
    return caller;
  }
}
