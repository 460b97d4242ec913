/** Tells errors that mean that the database is not there, in whatever shape they come. */

/**
 * Postgres is going away or not there: classes 08 and 57P, too many connections, a lock that never comes, a statement
 * that is canceled, what the socket says, Prisma's names; and ours, which Prisma hands on.
 */
const AWAY = new RegExp(
  '^(08...|57P..|57014|53300|55P03|25P03|unavailable|P1001|P1002|P1008|P1017|P2024|P2037|' +
    'E(CONNREFUSED|CONNRESET|CONNABORTED|PIPE|TIMEDOUT|HOSTUNREACH|NETUNREACH|NETDOWN)|ENOTFOUND|EAI_AGAIN|' +
    'DatabaseNotReachable|ConnectionClosed|SocketTimeout|TooManyConnections)$',
);
const AWAY_TEXT =
  /Connection terminated|timeout exceeded when trying to connect|Query read timeout|not currently accepting connections|Client has encountered a connection error|Client was closed and is not queryable/;

export const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};

/** Prisma wraps what the driver said, once or more, and in more than one way. */
export function isAway(error: unknown, depth = 0): boolean {
  if (depth > 5 || typeof error !== 'object' || error === null) return false;
  const { code, originalCode, kind, message, meta, cause } = fieldsOf(error);
  const inner = fieldsOf(meta);
  return (
    [code, originalCode, kind, inner['code']].some((name) => AWAY.test(String(name))) ||
    AWAY_TEXT.test(String(message)) ||
    isAway(cause, depth + 1) ||
    isAway(inner['driverAdapterError'], depth + 1)
  );
}
