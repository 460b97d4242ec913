/** The statement that keeps who did what to a job. */
import type { Actor, Deed } from '../domain/audit.js';
import { countOf, type Queryable, statement } from '../database/pool.js';

const INSERT_AUDIT = statement(`
  INSERT INTO audit (job_id, action, "user", address, request_id, other_job_id)
  SELECT * FROM unnest($1::uuid[], $2::audit_action[], $3::text[], $4::text[], $5::text[], $6::uuid[])`);

export interface DoneTo {
  readonly jobId: string;
  readonly by: Actor;
  readonly deed: Deed;
}

/** For `atCommit`, in the transaction of what was done: neither is there without the other, and it costs no round trip. */
export async function insertAudit(on: Queryable, ...deeds: readonly DoneTo[]): Promise<void> {
  await countOf(on, INSERT_AUDIT, [
    deeds.map(({ jobId }) => jobId),
    deeds.map(({ deed }) => deed.action),
    deeds.map(({ by }) => by.user),
    deeds.map(({ by }) => by.address),
    deeds.map(({ by }) => by.requestId),
    deeds.map(({ deed }) => ('otherJobId' in deed ? deed.otherJobId : null)),
  ]);
}
