/** The statement that keeps who did what to a job. */
import type { Actor } from '../domain/actor.js';
import { countOf, type Queryable, statement } from '../database/pool.js';

export type AuditAction = 'schedule' | 'replace' | 'cancel' | 'rerun';

const INSERT_AUDIT = statement(`
  INSERT INTO audit (job_id, action, "user", address, request_id, other_job_id)
  VALUES ($1, $2::audit_action, $3, $4, $5, $6)`);

/** In the transaction of what was done. `otherJob`: who took its place, or what it runs again. */
export async function insertAudit(
  on: Queryable,
  jobId: string,
  action: AuditAction,
  { user, address, requestId }: Actor,
  otherJob: string | null = null,
): Promise<void> {
  await countOf(on, INSERT_AUDIT, [jobId, action, user, address, requestId, otherJob]);
}
