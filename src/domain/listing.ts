/** Pages of a list of jobs, the newest first: where a page ends, and what to ask for next. */

/** A job by its place in the list. */
export interface Place {
  readonly id: string;
  /** When it was created, in microseconds since 1970. */
  readonly micros: bigint;
}

const CURSOR = /^(\d{1,16})_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

export const formatCursor = ({ micros, id }: Place) => `${micros}_${id}`;

export function parseCursor(text: string): Place | null {
  const [, micros, id] = CURSOR.exec(text) ?? [];
  return micros === undefined || id === undefined ? null : { micros: BigInt(micros), id };
}

export interface Page<T extends Place> {
  readonly jobs: readonly T[];
  /** The last job that was looked at: the next page begins behind it. null: there is none. */
  readonly end: Place | null;
}

/**
 * `found`: what fits, in order, one more than the page takes if there are so many. `edge`: the last job that was looked
 * at where that was given up before the end of the list; null: there is nothing more to look at.
 */
export function pageOf<T extends Place>(found: readonly T[], edge: Place | null, limit: number): Page<T> {
  if (found.length <= limit) return { jobs: found, end: edge };
  const jobs = found.slice(0, limit);
  return { jobs, end: jobs.at(-1) ?? null };
}
