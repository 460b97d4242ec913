/** An attempt's stream from any byte on, a few pieces at a time: many small ones are few reads, large ones little memory. */
import type { Queryable } from '../database/pool.js';
import type { Stream } from '../executor/executor.js';
import { type OutputKey, readFrom, readPieces } from './output.sql.js';

/** Pieces that are read at once at most; each is at most a little over half a megabyte. */
const PAGE = 8;
/** As long as they come to less than this: all that is read is held until the caller has taken it, if ever. */
export const SMALL_BYTES = 64 * 1024;

export interface StoredPiece {
  readonly position: number;
  readonly data: Buffer;
}

/** What comes before `from` is not read, not even of the piece that it is in. */
export async function* piecesFrom(
  on: Queryable,
  key: OutputKey,
  stream: Stream,
  from = 0,
): AsyncGenerator<StoredPiece, undefined> {
  let [position, limit] = [from, 1];
  if (from > 0) {
    const data = await readFrom(on, key, stream, from);
    if (data.length > 0) yield { position, data };
    position += data.length;
  }
  for (;;) {
    const pieces = await readPieces(on, key, stream, position, limit);
    yield* pieces;
    const last = pieces.at(-1);
    if (last === undefined || pieces.length < limit) return undefined;
    const end = last.position + last.data.length;
    limit = end - position < SMALL_BYTES ? Math.min(limit * 2, PAGE) : 1;
    position = end;
  }
}
