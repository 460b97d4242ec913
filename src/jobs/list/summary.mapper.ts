/** From a row of the list to its documented shape. */
import { isJobEnd } from '../../domain/status.js';
import type { JobSummaryResponse } from './summary.response.js';
import type { SummaryRow } from './summary.row.js';

/** Keys as in the detail (3.2), the empty ones left out (3.3). */
export function toSummary(row: SummaryRow): JobSummaryResponse {
  const { variables, lastError } = row;
  return {
    id: row.id,
    pipeline: row.pipeline,
    tasks: row.tasks,
    completed: isJobEnd(row.status),
    canceled: row.status === 'canceled' || row.cancelRequested,
    errored: row.errored,
    created: row.created,
    start: row.start,
    end: row.end,
    ...(lastError === null || lastError === '' ? {} : { lastError }),
    ...(variables === null || Object.keys(variables).length === 0 ? {} : { variables }),
    ...(row.variablesTruncated ? { variablesTruncated: true } : {}),
    user: row.user,
    status: row.status,
    ...(row.rerunOf === null ? {} : { rerunOf: row.rerunOf }),
    ...(row.queuePartition === '' ? {} : { queuePartition: row.queuePartition }),
  };
}
