/** Tells why a session may not write: on a replica or a demoted primary, or as a role that is read-only. */

export interface WriteRights {
  readonly isReplica: boolean;
  readonly isReadOnly: boolean;
}

/** Columns of a SELECT. */
export const WRITE_RIGHTS = `
  pg_is_in_recovery() AS "isReplica", current_setting('transaction_read_only') = 'on' AS "isReadOnly"`;

/** Returns null if it may write. */
export function readOnlyReason({ isReplica, isReadOnly }: WriteRights): string | null {
  if (isReplica) return 'it is a replica, which takes no writes; name its primary';
  if (isReadOnly) return 'its sessions are read-only (default_transaction_read_only)';
  return null;
}
