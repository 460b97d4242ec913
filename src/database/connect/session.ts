/** What is set in each session, and what is asked of it where only one that may write will do. */
import pg from 'pg';
import type { DatabaseAddress } from '../../config/database/address.js';
import { NotWritableError } from './connect-error.js';

/** What the session answers, besides its settings. */
export interface SessionRow {
  readonly isReplica?: boolean;
  readonly isReadOnly?: boolean;
}

const CHECK = [
  'pg_is_in_recovery() AS "isReplica"',
  `current_setting('transaction_read_only') = 'on' AS "isReadOnly"`,
];

const needsCheck = ({ target }: DatabaseAddress): boolean => target !== 'any';

/** Whether nothing may be asked before the answer: the statement might meet another server, or other tables. */
export const isCrucial = (address: DatabaseAddress): boolean =>
  needsCheck(address) || address.schema !== null || Object.keys(address.settings).length > 0;

/**
 * Sets everything after connecting, because poolers refuse parameters of the startup packet. The schema comes before
 * all other settings. Returns null if there is nothing to do.
 */
export function sessionSql(address: DatabaseAddress, own: Readonly<Record<string, string>>): string | null {
  const { schema, settings } = address;
  const searchPath = schema === null ? {} : { search_path: pg.escapeIdentifier(schema) };
  const all = Object.entries({ ...settings, ...own, ...searchPath }).map(
    ([name, value]) => `set_config(${pg.escapeLiteral(name)}, ${pg.escapeLiteral(value)}, false)`,
  );
  const columns = needsCheck(address) ? [...all, ...CHECK] : all;
  return columns.length === 0 ? null : `SELECT ${columns.join(', ')}`;
}

export function checkSession(
  { target }: DatabaseAddress,
  { isReplica = false, isReadOnly = false }: SessionRow = {},
): void {
  if (target === 'any') return;
  if (isReplica) throw new NotWritableError('it is a replica, which takes no writes');
  if (isReadOnly && target === 'read-write')
    throw new NotWritableError('its sessions are read-only (default_transaction_read_only)');
}
