/** What a schedule asks for, as a text of fixed length: two bodies have the same one exactly when they ask for the same. */
import { createHash } from 'node:crypto';
import type { RerunFrom } from '../domain/rerun.js';
import type { DecodedSchedule } from './schedule.decode.js';

/**
 * Of the body as it was sent, before defaults are filled in, which may be others after a reload. Kept for a day, and
 * compared with what other versions of this program have written.
 */
export function fingerprintOf({ pipeline, variables, queuePartition }: DecodedSchedule): string {
  return digestOf([pipeline, queuePartition, variables]);
}

/** No schedule has a text where this one has its last. */
export const fingerprintOfRerun = (jobId: string, from: RerunFrom): string =>
  digestOf(['rerun', jobId, from]);

const digestOf = (asked: readonly unknown[]) =>
  createHash('sha256').update(canonicalJson(asked)).digest('hex');

/** Keys in one order at every depth. Numbers and texts are written as a job's variables are kept. */
const canonicalJson = (value: unknown): string =>
  JSON.stringify(value, (_key, item: unknown) => sorted(item));

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
