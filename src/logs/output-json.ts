/** Both streams of an attempt as the JSON of `GET /job/logs`, read and sent piece by piece. */
import type { Queryable } from '../database/pool.js';
import type { Stream } from '../executor/executor.js';
import { type OutputKey, readPieces } from './output.sql.js';

/** Pieces that are read at once at most; each is at most a little over half a megabyte. */
const PAGE = 8;
/** As long as they come to less than this: all that is read is held until the caller has taken it, if ever. */
const SMALL_BYTES = 64 * 1024;

/** `{"stdout":"…","stderr":"…"}`; bytes that are no UTF-8 become U+FFFD (4.4). null: nothing has been started yet. */
export async function* outputJson(on: Queryable, key: OutputKey | null): AsyncGenerator<string> {
  yield '{"stdout":"';
  if (key !== null) yield* text(on, key, 'stdout');
  yield '","stderr":"';
  if (key !== null) yield* text(on, key, 'stderr');
  yield '"}';
}

async function* text(on: Queryable, key: OutputKey, stream: Stream): AsyncGenerator<string> {
  // A character may lie across two pieces.
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let [position, limit] = [0, 1];
  for (;;) {
    const pieces = await readPieces(on, key, stream, position, limit);
    for (const { data } of pieces) {
      for (let from = 0; from < data.length; from += SMALL_BYTES)
        yield inString(decoder.decode(data.subarray(from, from + SMALL_BYTES), { stream: true }));
    }
    const last = pieces.at(-1);
    if (last === undefined || pieces.length < limit) break;
    const end = last.position + last.data.length;
    limit = end - position < SMALL_BYTES ? Math.min(limit * 2, PAGE) : 1;
    position = end;
  }
  yield inString(decoder.decode());
}

const inString = (part: string) => JSON.stringify(part).slice(1, -1);
