/** The statements about output. */
import { countOf, type Queryable, rowsOf, statement } from '../database/pool.js';
import type { Stream } from '../executor/executor.js';

/** One attempt of a task: what its output is kept under. */
export interface OutputKey {
  readonly taskId: string;
  readonly attempt: number;
}

export interface Piece extends OutputKey {
  readonly stream: Stream;
  /** Offset of its first byte in the stream. */
  readonly position: number;
  readonly bytes: Buffer;
}

/**
 * All bytes travel as one binary value, of which each row takes its part: an array of byteas would be sent in hex.
 * The same piece again, after a reply was lost, is no new one; pieces of a task that is gone go with it.
 */
const INSERT_PIECES = statement(`
  INSERT INTO output (task_id, attempt, stream, position, data)
  SELECT piece.task_id, piece.attempt, piece.stream::output_stream, piece.position,
         substring($1::bytea FROM piece.start FOR piece.length)
  FROM unnest($2::bigint[], $3::int[], $4::text[], $5::bigint[], $6::int[], $7::int[])
       AS piece (task_id, attempt, stream, position, start, length)
  WHERE EXISTS (SELECT FROM tasks WHERE tasks.id = piece.task_id)
  ON CONFLICT DO NOTHING`);

export async function insertPieces(on: Queryable, pieces: readonly Piece[]): Promise<void> {
  const starts: number[] = [];
  let start = 1;
  for (const piece of pieces) {
    starts.push(start);
    start += piece.bytes.length;
  }
  await countOf(on, INSERT_PIECES, [
    Buffer.concat(pieces.map((piece) => piece.bytes)),
    pieces.map((piece) => piece.taskId),
    pieces.map((piece) => piece.attempt),
    pieces.map((piece) => piece.stream),
    pieces.map((piece) => piece.position),
    starts,
    pieces.map((piece) => piece.bytes.length),
  ]);
}

const READ_PIECES = statement(`
  SELECT position, data FROM output
  WHERE task_id = $1 AND attempt = $2 AND stream = $3::output_stream AND position >= $4
  ORDER BY position LIMIT $5`);

/** The pieces from a position that a piece begins at. */
export async function readPieces(
  on: Queryable,
  { taskId, attempt }: OutputKey,
  stream: Stream,
  from: number,
  limit: number,
): Promise<{ position: number; data: Buffer }[]> {
  const values = [taskId, attempt, stream, from, limit];
  const rows = await rowsOf<{ position: string; data: Buffer }>(on, READ_PIECES, values);
  return rows.map(({ position, data }) => ({ position: Number(position), data }));
}

const READ_LAST_PIECES = statement(`
  SELECT data FROM output
  WHERE task_id = $1 AND attempt = $2 AND stream = $3::output_stream
  ORDER BY position DESC LIMIT $4`);

/** The end of a stream: at most `limit` bytes, of as few of its last pieces as these take. */
export async function readTail(
  on: Queryable,
  { taskId, attempt }: OutputKey,
  stream: Stream,
  limit: number,
): Promise<Buffer> {
  // Most streams are one small piece; of one that came in many very small ones the tail is shorter than it could be.
  const rows = await rowsOf<{ data: Buffer }>(on, READ_LAST_PIECES, [taskId, attempt, stream, LAST_PIECES]);
  const bytes = Buffer.concat(rows.map(({ data }) => data).reverse());
  return bytes.subarray(Math.max(bytes.length - limit, 0));
}

const LAST_PIECES = 64;
