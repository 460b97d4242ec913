/** Tells errors that mean that the database cannot be used at the moment, in whatever shape they come. */
import type { DatabaseTrouble } from '../domain/errors.js';

/**
 * Postgres is going away or not there: classes 08 and 57P, resources that it lacks (53), a lock that never comes, a
 * statement that is canceled, what the socket says, Prisma's names; and ours, which Prisma hands on.
 */
const AWAY = new RegExp(
  '^(08...|57P..|57014|53...|55P03|25P03|unavailable|P1001|P1002|P1008|P1017|P2024|P2037|' +
    'E(CONNREFUSED|CONNRESET|CONNABORTED|PIPE|TIMEDOUT|HOSTUNREACH|NETUNREACH|NETDOWN)|ENOTFOUND|EAI_AGAIN|' +
    'DatabaseNotReachable|ConnectionClosed|SocketTimeout|TooManyConnections)$',
);
const AWAY_TEXT =
  /Connection terminated|timeout exceeded when trying to connect|Query read timeout|not currently accepting connections|Client has encountered a connection error|Client was closed and is not queryable/;

/** Postgres's code for a write in a read-only transaction, and ours. */
const READ_ONLY = /^(25006|database_read_only)$/;
/** Postgres's code for a right that is missing, and ours. */
const FORBIDS = /^(42501|database_forbids)$/;
const DISK_FULL = /^(53100|database_full)$/;
/** Postgres has no code of its own for a quota. */
const INTERNAL = 'XX000';
const QUOTA_TEXT = /Disk quota exceeded/;

export const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};

/**
 * Returns what is the matter with the database, or null if the error is about something else. Prisma wraps what the
 * driver said, once or more, and in more than one way.
 */
export function databaseTroubleOf(error: unknown, depth = 0): DatabaseTrouble | null {
  if (depth > 5 || typeof error !== 'object' || error === null) return null;
  const { code, originalCode, kind, message, meta, cause } = fieldsOf(error);
  const inner = fieldsOf(meta);
  const names = [code, originalCode, kind, inner['code']].map(String);
  const text = String(message);
  if (names.some((name) => READ_ONLY.test(name))) return 'read-only';
  if (names.some((name) => DISK_FULL.test(name))) return 'full';
  if (names.includes(INTERNAL) && QUOTA_TEXT.test(text)) return 'full';
  if (names.some((name) => FORBIDS.test(name))) return 'forbids';
  if (names.some((name) => AWAY.test(name)) || AWAY_TEXT.test(text)) return 'away';
  return databaseTroubleOf(cause, depth + 1) ?? databaseTroubleOf(inner['driverAdapterError'], depth + 1);
}

/** A missing right is no outage: code that waits for the end of an outage would wait for ever. */
export const isAway = (error: unknown): boolean => ![null, 'forbids'].includes(databaseTroubleOf(error));
