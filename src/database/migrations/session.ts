/** One connection that migrates: its transactions, what they wait for, and how a signal ends them. */
import type pg from 'pg';
import { guarded, inBackground } from '../../telemetry/guarded.js';
import { type Client, openClient } from '../connect/client.js';
import type { Target } from '../connect/target.js';
import { sayGoodbye } from './goodbye.js';
import { Observer, type Wait } from './observer.js';

const CONNECT_MS = 10_000;
/** Waits that last longer are logged: how often a transaction is asked what it waits for. */
export const LOOK_MS = 1_000;
/** For ending the session from outside. */
const STOP_MS = 5_000;

/**
 * Settings of each transaction, over those of the role. A lock is waited for in short turns, because all other requests
 * for the table queue behind a migration. A statement may take as long as the tables are large.
 */
const SETTINGS: Readonly<Record<string, string>> = {
  lock_timeout: '3s',
  statement_timeout: '0',
  transaction_timeout: '0',
  idle_in_transaction_session_timeout: '30s',
};

/** Postgres then notices a dead client within seconds, also during a statement. Not every platform can do that. */
const NOTICE_DEAD_CLIENTS = [
  `SET client_connection_check_interval = '1s'`,
  `SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3`,
];

/** Applies the settings; those that this version of Postgres does not have are left out. */
const SET_UP = `
  SELECT pg_backend_pid() AS pid, current_user::text AS role,
         (SELECT count(set_config(name, value, true)) FROM json_each_text($1) AS wanted (name, value)
           WHERE name IN (SELECT name FROM pg_settings)) AS settings`;

/** A transaction under way. */
export interface Transaction {
  readonly client: pg.ClientBase;
  readonly role: string;
}

export interface SessionOptions {
  readonly signal: AbortSignal;
  readonly onWait: (wait: Wait) => void;
}

export class MigrationSession {
  readonly #client: Client;
  readonly #observer: Observer;
  readonly #options: SessionOptions;
  /** Backend of the transaction under way. */
  #pid: number | null = null;
  #stopping: Promise<void> | null = null;

  readonly #onAbort = guarded('database', () => {
    this.#stopping = this.#stop();
  });

  readonly #hangUp = guarded('database', () => {
    this.#client.drop();
  });

  private constructor(client: Client, target: Target, options: SessionOptions) {
    this.#client = client;
    this.#options = options;
    this.#observer = new Observer(target);
    options.signal.addEventListener('abort', this.#onAbort);
  }

  /** Rejects, and leaves nothing open, once the signal is aborted. */
  static async open(target: Target, options: SessionOptions): Promise<MigrationSession> {
    const { signal } = options;
    const client = await openClient({ target, name: 'migrate', connectMs: CONNECT_MS, signal });
    const session = new MigrationSession(client, target, options);
    for (const setting of NOTICE_DEAD_CLIENTS) await client.query(setting).catch(() => undefined);
    return session;
  }

  /**
   * Commits if `work` resolves. Otherwise the session is of no more use: `close` waits until Postgres has rolled back.
   * Whatever the role's default is, each statement sees what was committed before it.
   */
  async transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    const client = this.#client;
    const watching = new AbortController();
    try {
      await client.query('BEGIN ISOLATION LEVEL READ COMMITTED');
      const { rows } = await client.query<{ pid: number; role: string }>(SET_UP, [JSON.stringify(SETTINGS)]);
      const { pid, role } = rows[0] as { pid: number; role: string };
      this.#pid = pid;
      this.#options.signal.throwIfAborted();
      inBackground('database', () => this.#watch(pid, watching.signal));
      const result = await work({ client, role });
      this.#options.signal.throwIfAborted();
      await client.query('COMMIT');
      return result;
    } finally {
      watching.abort();
      this.#pid = null;
    }
  }

  async close(): Promise<void> {
    this.#options.signal.removeEventListener('abort', this.#onAbort);
    await this.#stopping;
    await sayGoodbye(this.#client, this.#hangUp);
    await this.#observer.close();
  }

  /** Ends the session in Postgres, so that it is rolled back by the time this process ends; or hangs up at least. */
  async #stop(): Promise<void> {
    const pid = this.#pid;
    const timer = setTimeout(this.#hangUp, STOP_MS);
    try {
      if (pid !== null) await this.#observer.terminate(pid);
    } catch {
      // Postgres rolls back when it notices that this client is gone.
    } finally {
      clearTimeout(timer);
      this.#client.drop();
    }
  }

  /** Reports what the transaction waits for, until it is over. */
  async #watch(pid: number, over: AbortSignal): Promise<void> {
    while (await pause(LOOK_MS, over)) {
      const wait = await this.#observer.findWait(pid).catch(() => null);
      if (wait !== null && !over.aborted) this.#options.onWait(wait);
    }
  }
}

/** Returns false, at once, if it is aborted. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((done) => {
    if (signal.aborted) {
      done(false);
      return;
    }
    const end = guarded('database', (isOver: boolean) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      done(isOver);
    });
    const timer = setTimeout(end, milliseconds, true);
    const onAbort = guarded('database', () => {
      end(false);
    });
    signal.addEventListener('abort', onAbort);
  });
}
