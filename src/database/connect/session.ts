/** What is set in each session, and what is asked of it where only one that may write will do. */
import pg from 'pg';
import type { DatabaseAddress } from '../../config/database/address.js';
import { readOnlyReason, WRITE_RIGHTS, type WriteRights } from '../writable.js';
import { NotWritableError } from './connect-error.js';

/** What the session answers, besides its settings. */
export type SessionRow = Partial<WriteRights>;

const needsCheck = ({ target }: DatabaseAddress): boolean => target !== 'any';

/** Whether nothing may be asked before the answer: the statement might meet another server, or other tables. */
export const isCrucial = (address: DatabaseAddress): boolean =>
  needsCheck(address) || address.schema !== null || Object.keys(address.settings).length > 0;

/**
 * What roles and databases may have set, and our statements do not work with: NULLs in arrays, transactions that are to
 * be repeated, idle sessions that are ended, and plans without an index, which are compiled first for their high cost.
 */
const OURS = {
  array_nulls: 'on',
  default_transaction_isolation: 'read committed',
  idle_session_timeout: '0',
  jit: 'off',
};

/**
 * Sets everything after connecting, because poolers refuse parameters of the startup packet. The schema comes before
 * all other settings.
 */
export function sessionSql(address: DatabaseAddress, own: Readonly<Record<string, string>>): string {
  const { schema, settings } = address;
  const searchPath = schema === null ? {} : { search_path: pg.escapeIdentifier(schema) };
  const all = Object.entries({ ...OURS, ...settings, ...own, ...searchPath }).map(
    ([name, value]) => `set_config(${pg.escapeLiteral(name)}, ${pg.escapeLiteral(value)}, false)`,
  );
  const columns = needsCheck(address) ? [...all, WRITE_RIGHTS] : all;
  return `SELECT ${columns.join(', ')}`;
}

export function checkSession(
  { target }: DatabaseAddress,
  { isReplica = false, isReadOnly = false }: SessionRow = {},
): void {
  if (target === 'any') return;
  const reason = readOnlyReason({ isReplica, isReadOnly: isReadOnly && target === 'read-write' });
  if (reason !== null) throw new NotWritableError(reason);
}
