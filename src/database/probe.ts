/** Asks whether the database answers and takes writes, on a connection of its own. */
import type { DatabaseTrouble } from '../domain/errors.js';
import { databaseTroubleOf } from './away.js';
import { NotWritableError } from './connect/connect-error.js';
import type { Target } from './connect/target.js';
import { API } from './limits.js';
import { PARTS } from './parts.js';
import { patience } from './patience.js';
import { openPool, type Pool } from './pool.js';
import { isCrowded } from './shortage.js';
import { readOnlyReason, WRITE_RIGHTS, type WriteRights } from './writable.js';

export interface Problem {
  readonly trouble: DatabaseTrouble;
  /** For the log. */
  readonly reason: string;
}

export class Probe {
  /** One connection, which is closed when it is not used: an old one may be half-open alone. */
  readonly #pool: Pool;
  #isDistrusted = false;

  constructor(database: Target | string) {
    this.#pool = openPool(database, { ...API, name: 'probe', size: PARTS.probe.size });
  }

  /** Never rejects. null: there is none. */
  async problem(waitMs: number): Promise<Problem | null> {
    const late = patience(waitMs);
    let over = false;
    // A connection that is cut or read-only says less than that there is no other.
    const answered = this.#ask().catch((error: unknown) => {
      if (over) throw error;
      return this.#ask();
    });
    try {
      const answer = await Promise.race([answered, late.over]);
      if (answer !== 'late') return null;
      over = true;
      this.#pool.drop();
      return { trouble: 'away', reason: 'it does not answer' };
    } catch (error) {
      // A server that has no connection left is there.
      if (isCrowded(error)) return null;
      const { code, message } = error as NodeJS.ErrnoException;
      const trouble = databaseTroubleOf(error) === 'read-only' ? 'read-only' : 'away';
      return { trouble, reason: message || (code ?? 'no answer') };
    } finally {
      late.cancel();
    }
  }

  /** The next question goes over a new connection: the one that is open may be the only one that may still write. */
  distrust(): void {
    this.#isDistrusted = true;
  }

  close(): Promise<void> {
    return this.#pool.close();
  }

  async #ask(): Promise<void> {
    if (this.#isDistrusted) (await this.#pool.connect()).release(true);
    this.#isDistrusted = false;
    const client = await this.#pool.connect();
    let problem: Error | undefined;
    try {
      const { rows } = await client.query<WriteRights>(`SELECT ${WRITE_RIGHTS}`);
      const reason = readOnlyReason(rows[0] as WriteRights);
      if (reason !== null) throw new NotWritableError(reason);
    } catch (error) {
      problem = error as Error;
      throw error;
    } finally {
      // Only a session that may write is kept.
      client.release(problem);
    }
  }
}
