/** Finds out why a start cannot use a database: it does not answer, takes no writes, or cannot hold all texts. */
import { type Client, openClient } from './connect/client.js';
import { NotWritableError, reasonOf } from './connect/connect-error.js';
import { poolerOf } from './connect/pooler.js';
import type { Target } from './connect/target.js';
import { readOnlyReason, WRITE_RIGHTS, type WriteRights } from './writable.js';

/** Why a start cannot use the database. */
export interface Problem {
  readonly what: 'reached' | 'used';
  readonly reason: string;
  /** Whether waiting does not help. */
  readonly isLasting: boolean;
}

interface Server extends WriteRights {
  readonly encoding: string;
}

const SERVER = `SELECT current_setting('server_encoding') AS encoding, ${WRITE_RIGHTS}`;

const WAIT_MS = 5_000;

export interface Findings {
  /** null: it can be used. */
  readonly problem: Problem | null;
  /** Whether a connection pooler is in front of it. */
  readonly isPooled: boolean;
}

export async function examine(target: Target): Promise<Findings> {
  const options = { target, name: 'start', connectMs: WAIT_MS, queryMs: WAIT_MS };
  let client: Client | null = null;
  try {
    // Where a pooler shares sessions, a setting would become one of other clients' sessions.
    client = await openClient({ ...options, isPlain: true });
    const pooler = await poolerOf(client, options);
    if (pooler === 'shares sessions') return { problem: SHARED, isPooled: true };
    await client.prepareOrTurn();
    const { rows } = await client.query<Server>(SERVER);
    return { problem: problemWith(rows[0] as Server), isPooled: pooler !== 'none' };
  } catch (error) {
    const what = error instanceof NotWritableError ? 'used' : 'reached';
    return { problem: { what, reason: reasonOf(error), isLasting: false }, isPooled: false };
  } finally {
    await client?.end().catch(() => undefined);
  }
}
const SHARED: Problem = {
  what: 'used',
  reason:
    'a connection pooler in front of it shares sessions between clients (PgBouncer: pool_mode=transaction or statement), ' +
    'and Holdfast needs sessions of its own: set pool_mode=session, or name Postgres itself',
  isLasting: true,
};

function problemWith({ encoding, ...rights }: Server): Problem | null {
  if (encoding !== 'UTF8')
    return {
      what: 'used',
      reason:
        `its encoding is ${encoding}, which cannot hold all texts; make another one with ` +
        "`CREATE DATABASE holdfast TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'`",
      isLasting: true,
    };
  const reason = readOnlyReason(rights);
  // A replica may be promoted, and a failover may be under way.
  return reason === null ? null : { what: 'used', reason, isLasting: false };
}
