/** Both streams of an attempt as the JSON of `GET /job/logs`, read and sent piece by piece. */
import type { Queryable } from '../database/pool.js';
import type { Stream } from '../executor/executor.js';
import { type OutputKey, readPieces } from './output.sql.js';

/** Pieces that are read at once; each is at most a little over half a megabyte. */
const PAGE = 8;

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
  let position = 0;
  for (;;) {
    const pieces = await readPieces(on, key, stream, position, PAGE);
    for (const { data } of pieces) yield inString(decoder.decode(data, { stream: true }));
    const last = pieces.at(-1);
    if (last === undefined || pieces.length < PAGE) break;
    position = last.position + last.data.length;
  }
  yield inString(decoder.decode());
}

const inString = (part: string) => JSON.stringify(part).slice(1, -1);
