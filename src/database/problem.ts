/** Finds out why a start cannot use a database: nobody answers, it takes no writes, or it cannot hold all texts. */
import pg from 'pg';

/** Why a start cannot use the database. */
export interface Problem {
  readonly what: 'reached' | 'used';
  readonly reason: string;
  /** Whether waiting does not help. */
  readonly isLasting: boolean;
}

interface Server {
  readonly encoding: string;
  readonly isReplica: boolean;
  readonly isReadOnly: boolean;
}

const SERVER = `
  SELECT current_setting('server_encoding') AS encoding, pg_is_in_recovery() AS "isReplica",
         current_setting('transaction_read_only') = 'on' AS "isReadOnly"`;

/** Returns null if it can be used. */
export async function problemOf(url: string): Promise<Problem | null> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 5_000,
    query_timeout: 5_000,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return problemWith((await client.query<Server>(SERVER)).rows[0] as Server);
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException;
    return { what: 'reached', reason: message || (code ?? 'no answer'), isLasting: false };
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** A replica may be promoted, and a failover may be under way. */
function problemWith({ encoding, isReplica, isReadOnly }: Server): Problem | null {
  if (encoding !== 'UTF8')
    return {
      what: 'used',
      reason:
        `its encoding is ${encoding}, which cannot hold all texts; make another one with ` +
        "`CREATE DATABASE holdfast TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'`",
      isLasting: true,
    };
  if (isReplica)
    return {
      what: 'used',
      reason: 'it is a replica, which takes no writes; name its primary',
      isLasting: false,
    };
  if (isReadOnly)
    return {
      what: 'used',
      reason: 'its sessions are read-only (default_transaction_read_only)',
      isLasting: false,
    };
  return null;
}
