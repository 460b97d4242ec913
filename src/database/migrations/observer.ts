/** Watches a session that migrates, over a connection of its own: says what it waits for, and can end it. */
import type pg from 'pg';
import { type Client, openClient } from '../connect/client.js';
import type { Target } from '../connect/target.js';
import { sayGoodbye } from './goodbye.js';

const ANSWER_MS = 5_000;
/** How long Postgres waits for a session that it was told to end. */
const TERMINATE_MS = 3_000;

/** What a session waits for. */
export interface Wait {
  /** Such as a table's name. */
  readonly object: string;
  /** Who holds it, as a text. */
  readonly holders: string;
}

interface WaitRow {
  readonly object: string;
  readonly pid: number | null;
  readonly application: string | null;
  readonly user: string | null;
}

/** Process 0 stands for a prepared transaction. */
const WAIT = `
  SELECT coalesce(relation::regclass::text, locktype) AS object, blocker.pid,
         nullif(application_name, '') AS application, usename::text AS user
    FROM pg_locks
   CROSS JOIN LATERAL unnest(pg_blocking_pids(pg_locks.pid)) AS blocker (pid)
    LEFT JOIN pg_stat_activity ON pg_stat_activity.pid = blocker.pid
   WHERE pg_locks.pid = $1 AND NOT granted
   ORDER BY blocker.pid LIMIT 5`;

export class Observer {
  readonly #target: Target;
  #client: Promise<Client> | null = null;

  constructor(target: Target) {
    this.#target = target;
  }

  /** Returns null if the session `pid` waits for no lock. */
  async findWait(pid: number): Promise<Wait | null> {
    const { rows } = await this.#query<WaitRow>(WAIT, [pid]);
    const [first] = rows;
    return first === undefined ? null : { object: first.object, holders: rows.map(describe).join(', ') };
  }

  /** Returns true once the session is gone, and its transaction rolled back. */
  async terminate(pid: number): Promise<boolean> {
    const { rows } = await this.#query<{ gone: boolean }>('SELECT pg_terminate_backend($1, $2) AS gone', [
      pid,
      TERMINATE_MS,
    ]);
    return rows[0]?.gone === true;
  }

  async close(): Promise<void> {
    const client = await this.#client?.catch(() => null);
    if (client) await end(client);
  }

  async #query<R extends pg.QueryResultRow>(text: string, values: unknown[]): Promise<pg.QueryResult<R>> {
    const connected = (this.#client ??= connect(this.#target));
    try {
      return await (await connected).query<R>(text, values);
    } catch (error) {
      // The next look opens a new connection.
      this.#client = null;
      connected.then(end).catch(() => undefined);
      throw error;
    }
  }
}

const connect = (target: Target): Promise<Client> =>
  openClient({ target, name: 'migrate observer', connectMs: ANSWER_MS, queryMs: ANSWER_MS });

const end = (client: Client): Promise<void> =>
  sayGoodbye(client, () => {
    client.drop();
  });

function describe({ pid, application, user }: WaitRow): string {
  if (pid === null || pid === 0) return 'a prepared transaction';
  const about = [application, user === null ? null : `role ${user}`].filter((text) => text !== null);
  return about.length === 0 ? `process ${pid}` : `process ${pid} (${about.join(', ')})`;
}
