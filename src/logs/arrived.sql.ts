/** Reads output with the order in which it arrived. */
import { type Queryable, rowsOf, statement } from '../database/pool.js';
import type { Stream } from '../executor/executor.js';
import type { OutputKey } from './output.sql.js';

export interface ArrivedPiece {
  readonly stream: Stream;
  /** Of the first byte of `data`, which may be in the middle of its row. */
  readonly position: number;
  readonly data: Buffer;
  /** Of the whole row; null: not known. */
  readonly arrivals: Buffer | null;
  /** Where the row begins and ends in the stream: `data` may be less. */
  readonly start: number;
  readonly end: number;
}

/** Rows of a stream that are read at once. */
const ROWS = 64;

/**
 * The row that has the position is the last one that begins at or before it, so no other is looked at. Of that one at
 * most a window comes, and then the rows that are within it as a whole: a length is known without reading the row.
 */
const READ_ARRIVED = statement(`
  SELECT wanted.stream, piece.position::float8 AS start, piece.arrivals,
         (piece.position + length(piece.data))::float8 AS end,
         greatest(wanted.start, piece.position)::float8 AS position,
         substring(piece.data FROM greatest(wanted.start - piece.position, 0)::int + 1 FOR $5) AS data
  FROM unnest($3::text[], $4::bigint[]) WITH ORDINALITY AS wanted (stream, start, place)
  CROSS JOIN LATERAL (
    SELECT *, sum(length(data)) OVER (ORDER BY position) AS sum FROM (
      SELECT position, data, arrivals FROM output
      WHERE task_id = $1 AND attempt = $2 AND stream = wanted.stream::output_stream
        AND position >= coalesce((
          SELECT max(position) FROM output
          WHERE task_id = $1 AND attempt = $2 AND stream = wanted.stream::output_stream AND position <= wanted.start), 0)
      ORDER BY position LIMIT ${ROWS}
    ) AS next
  ) AS piece
  WHERE piece.position <= wanted.start OR piece.sum <= $5
  ORDER BY wanted.place, piece.position`);

/** Of each stream what comes from a position on: at most a window, and at least a byte where there is one. */
export async function readArrived(
  on: Queryable,
  { taskId, attempt }: OutputKey,
  wanted: readonly { readonly stream: Stream; readonly from: number }[],
  windowBytes: number,
): Promise<ArrivedPiece[]> {
  const streams = wanted.map(({ stream }) => stream);
  const starts = wanted.map(({ from }) => from);
  const values = [taskId, attempt, streams, starts, windowBytes];
  return rowsOf<ArrivedPiece & Record<string, unknown>>(on, READ_ARRIVED, values);
}
