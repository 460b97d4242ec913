/** Knows whether the database's disk is full: from a write that fails for want of room until a probe succeeds. */
import { guarded } from '../telemetry/guarded.js';
import { logger } from '../telemetry/log.js';
import { databaseTroubleOf } from './away.js';
import type { Pool } from './pool.js';
import { codeOf } from './refused.js';

const log = logger('database');

const PROBE_MS = 1_000;
/** The server limits temporary files, so that they say nothing about its disk. */
const LIMITED = '53400';
/**
 * Writes 1.3 MB to a temporary file on the disk of the tables, because a function's rows are stored before they are
 * read. It writes no WAL: Postgres crashes when it has no room for that.
 */
const PROBE = `
  BEGIN;
  SET LOCAL work_mem = '64kB';
  SET LOCAL temp_tablespaces = '';
  SELECT count(*) FROM generate_series(1, 100000);
  COMMIT`;

export class Room {
  readonly #pool: Pool;
  #isFull = false;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  get isFull(): boolean {
    return this.#isFull;
  }

  /** Begins to probe if the error says that a disk is full. */
  notice(error: unknown): void {
    if (this.#isFull || this.#closed || databaseTroubleOf(error) !== 'full') return;
    this.#isFull = true;
    log.warn(`the database has no room left on its disk: ${(error as Error).message}`);
    this.#probeLater();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #probeLater(): void {
    this.#timer = setTimeout(
      guarded('database', () => this.#probe()),
      PROBE_MS,
    );
  }

  async #probe(): Promise<void> {
    const problem = await this.#pool.query(PROBE).then(() => null, codeOf);
    if (this.#closed) return;
    // Full as before, or away, which the availability says.
    if (problem !== null && problem !== LIMITED) {
      this.#probeLater();
      return;
    }
    this.#isFull = false;
    log.warn('the database has room again');
  }
}
