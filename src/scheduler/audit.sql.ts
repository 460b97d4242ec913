/** The statement that keeps who did what to a job. */
import type { Actor, Deed } from '../domain/audit.js';
import { countOf, type Queryable, statement } from '../database/pool.js';

const INSERT_AUDIT = statement(`
  INSERT INTO audit (job_id, action, "user", address, request_id, other_job_id)
  VALUES ($1, $2::audit_action, $3, $4, $5, $6)`);

/** For `atCommit`, in the transaction of what was done: neither is there without the other, and it costs no round trip. */
export async function insertAudit(
  on: Queryable,
  jobId: string,
  { user, address, requestId }: Actor,
  deed: Deed,
): Promise<void> {
  const other = 'otherJobId' in deed ? deed.otherJobId : null;
  await countOf(on, INSERT_AUDIT, [jobId, deed.action, user, address, requestId, other]);
}
