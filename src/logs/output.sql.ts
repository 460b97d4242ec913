/** The statements about output. */
import { countOf, type Queryable, rowsOf, statement } from '../database/pool.js';
import type { Stream } from '../executor/executor.js';

/** One attempt of a task: what its output is kept under. */
export interface OutputKey {
  readonly taskId: string;
  readonly attempt: number;
}

/** An attempt, and the worker that alone may add to its output. */
export interface HeldOutput extends OutputKey {
  readonly worker: string;
}

export interface Piece extends HeldOutput {
  readonly stream: Stream;
  /** Offset of its first byte in the stream. */
  readonly position: number;
  readonly bytes: Buffer;
  /** Of its bytes, encoded. */
  readonly arrivals: Buffer;
}

/**
 * All bytes travel as one binary value, of which each row takes its parts: an array of byteas would be sent in hex.
 * Only from who holds the attempt: its row is locked, so that whoever ends it comes before or after, and nothing is
 * added to what has ended. In the order of ids, as everywhere. The same piece again, after a reply was lost, is no new one.
 */
const INSERT_PIECES = statement(`
  WITH held AS MATERIALIZED (
    SELECT id, attempt FROM tasks
    WHERE status::text = 'running'
      AND (id, attempt, worker) IN (SELECT * FROM unnest($2::bigint[], $3::int[], $4::text[]))
    ORDER BY id FOR SHARE OF tasks
  )
  INSERT INTO output (task_id, attempt, stream, position, data, arrivals)
  SELECT piece.task_id, piece.attempt, piece.stream::output_stream, piece.position,
         substring($1::bytea FROM piece.start FOR piece.length),
         substring($1::bytea FROM piece.start + piece.length FOR piece.arrivals)
  FROM unnest($2::bigint[], $3::int[], $5::text[], $6::bigint[], $7::int[], $8::int[], $9::int[])
       AS piece (task_id, attempt, stream, position, start, length, arrivals)
  JOIN held ON held.id = piece.task_id AND held.attempt = piece.attempt
  ON CONFLICT DO NOTHING`);

/** Pieces of an attempt that its worker no longer holds are passed over. */
export async function insertPieces(on: Queryable, pieces: readonly Piece[]): Promise<void> {
  const starts: number[] = [];
  let start = 1;
  for (const piece of pieces) {
    starts.push(start);
    start += piece.bytes.length + piece.arrivals.length;
  }
  await countOf(on, INSERT_PIECES, [
    Buffer.concat(pieces.flatMap((piece) => [piece.bytes, piece.arrivals])),
    pieces.map((piece) => piece.taskId),
    pieces.map((piece) => piece.attempt),
    pieces.map((piece) => piece.worker),
    pieces.map((piece) => piece.stream),
    pieces.map((piece) => piece.position),
    starts,
    pieces.map((piece) => piece.bytes.length),
    pieces.map((piece) => piece.arrivals.length),
  ]);
}

const MARK_CUT = statement(`
  INSERT INTO output (task_id, attempt, stream, position, data)
  SELECT $1, $2, 'stderr', coalesce(max(position + length(data)), 0), $3
  FROM (SELECT position, data FROM output WHERE task_id = $1 AND attempt = $2 AND stream = 'stderr'
        ORDER BY position DESC LIMIT 1) AS last`);

/** The last word on stderr, where nobody adds to it any more. */
export async function markCut(on: Queryable, { taskId, attempt }: OutputKey, text: string): Promise<void> {
  await countOf(on, MARK_CUT, [taskId, attempt, Buffer.from(text)]);
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

/** The one before is the only one that may have it, so none before that are looked through where it has not. */
const READ_FROM = statement(`
  SELECT substring(data FROM ($4::bigint - position + 1)::int) AS data FROM (
    SELECT position, data FROM output
    WHERE task_id = $1 AND attempt = $2 AND stream = $3::output_stream AND position <= $4::bigint
    ORDER BY position DESC LIMIT 1
  ) AS piece
  WHERE position + length(data) > $4::bigint`);

/** From any position on to the end of the piece that has it; nothing where that is not stored. */
export async function readFrom(
  on: Queryable,
  { taskId, attempt }: OutputKey,
  stream: Stream,
  from: number,
): Promise<Buffer> {
  const rows = await rowsOf<{ data: Buffer }>(on, READ_FROM, [taskId, attempt, stream, from]);
  return rows[0]?.data ?? Buffer.alloc(0);
}

const READ_SIZE = statement(`
  SELECT (position + length(data))::float8 AS size FROM output
  WHERE task_id = $1 AND attempt = $2 AND stream = $3::output_stream
  ORDER BY position DESC LIMIT 1`);

/** Bytes that are stored of a stream. */
export async function readSize(
  on: Queryable,
  { taskId, attempt }: OutputKey,
  stream: Stream,
): Promise<number> {
  return (await rowsOf<{ size: number }>(on, READ_SIZE, [taskId, attempt, stream]))[0]?.size ?? 0;
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
