/** Notices that the server takes no more connections, and lets a pool do with those that it has. */
import type pg from 'pg';
import { guarded } from '../telemetry/guarded.js';
import { logger } from '../telemetry/log.js';
import { Seldom } from '../telemetry/seldom.js';
import { codeOf } from './refused.js';

const log = logger('database');

/** Between two attempts of a pool that has some connections to open another one. */
const RETRY_MS = 1_000;

const TOO_MANY_CONNECTIONS = '53300';
/** PgBouncer's `max_client_conn`, which has no code of its own. */
const POOLER_IS_FULL = /^no more connections allowed/;

export const isCrowded = (error: unknown): boolean =>
  codeOf(error) === TOO_MANY_CONNECTIONS || POOLER_IS_FULL.test((error as Error).message);

export class Shortage {
  readonly #name: string;
  readonly #pool: pg.Pool;
  readonly #size: number;
  readonly #lines = new Seldom();
  /** Each once, as a pool may say twice that it has removed one. */
  readonly #clients = new Set<pg.PoolClient>();
  /** Whether the last attempt to open a connection was refused. */
  #isShort = false;
  #retry: NodeJS.Timeout | undefined;
  #asking: Promise<void> | undefined;

  constructor(name: string, pool: pg.Pool) {
    this.#name = name;
    this.#pool = pool;
    this.#size = pool.options.max;
    pool.on(
      'connect',
      guarded('database', (client) => {
        this.#clients.add(client);
        this.#isShort = false;
      }),
    );
    pool.on(
      'remove',
      guarded('database', (client) => {
        this.#clients.delete(client);
      }),
    );
  }

  /** Whether the pool has a connection. */
  get hasSome(): boolean {
    return this.#clients.size > 0;
  }

  /** Notes that the server refused a connection: until the next attempt, the pool does with those that it has. */
  note(error: unknown): void {
    this.#isShort = true;
    const again = this.#lines.let('');
    const has = `the pool "${this.#name}" has ${this.#clients.size} of ${this.#size} connections`;
    if (again !== null)
      log.warn(`the database takes no more connections, ${has}: ${(error as Error).message}`, { again });
    // Those that are being opened included: what waits for one of them is the next to try if it is refused as well.
    this.#pool.options.max = Math.max(this.#pool.totalCount, 1);
    if (this.#retry !== undefined) return;
    this.#retry = setTimeout(
      guarded('database', () => {
        this.#retry = undefined;
        this.#pool.options.max = this.#size;
      }),
      RETRY_MS,
    ).unref();
  }

  /** Returns whether the pool has no connection and can get none. Concurrent checks share one attempt. */
  async check(): Promise<boolean> {
    if (!this.#isShort || this.#clients.size > 0) return false;
    await (this.#asking ??= this.#attempt().finally(() => (this.#asking = undefined)));
    return this.#isShort;
  }

  async #attempt(): Promise<void> {
    try {
      (await this.#pool.connect()).release();
    } catch {
      // It was noted.
    }
  }
}
