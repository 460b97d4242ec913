/** Tells why a connection could not be opened, and whether another host, or another encryption, may do. */
import { isAway } from '../away.js';

/** Whatever it was: the database cannot be had, and nobody who asks for it has done anything wrong. */
export class ConnectError extends Error {
  /** As Prisma calls it. */
  readonly code = 'DatabaseNotReachable';

  /** Errors that say so by themselves stay as they are. */
  static of(error: unknown): Error {
    if (error instanceof Error && error.message !== '' && isAway(error)) return error;
    return new ConnectError(reasonOf(error), { cause: error });
  }
}

/** A server that is no use: it is a replica, or its sessions must not write. */
export class NotWritableError extends Error {
  /** With which Postgres refuses a write in such a session. */
  readonly code = '25006';
}

/** Where a name has several addresses, each has failed for a reason of its own. */
export function reasonOf(error: unknown): string {
  const { message, code, errors = [] } = error as NodeJS.ErrnoException & { errors?: readonly Error[] };
  return message || errors.map((one) => one.message).join(', ') || (code ?? 'no answer');
}

/** pg_hba.conf has no line for this role, or none without encryption, or none with it. */
const NO_ENTRY = '28000';
/** What the driver says when the server has no TLS, or does not know of it. */
const NO_TLS = /server does not support SSL connections|error establishing an SSL connection/;
const HANDSHAKE = /^(EPROTO|ERR_SSL_|ERR_TLS_)/;

export function isAboutEncryption(error: unknown): boolean {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return code === NO_ENTRY || NO_TLS.test(message) || HANDSHAKE.test(code);
}

/** Wrong role, wrong password, no such database, too many connections: as in libpq, other hosts are not asked then. */
const FINAL = /^(28...|3D...|53...)$/;

export const isFinal = (error: unknown): boolean => FINAL.test((error as NodeJS.ErrnoException).code ?? '');
