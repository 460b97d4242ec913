/** Both streams of an attempt as the JSON of `GET /job/logs`, read and sent piece by piece. */
import type { Queryable } from '../database/pool.js';
import type { Stream } from '../executor/executor.js';
import type { OutputKey } from './output.sql.js';
import { piecesFrom, SMALL_BYTES } from './pieces.js';

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
  for await (const { data } of piecesFrom(on, key, stream)) {
    for (let from = 0; from < data.length; from += SMALL_BYTES)
      yield inString(decoder.decode(data.subarray(from, from + SMALL_BYTES), { stream: true }));
  }
  yield inString(decoder.decode());
}

const inString = (part: string) => JSON.stringify(part).slice(1, -1);
