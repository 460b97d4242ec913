/** Reads on in an attempt's output, as events of text that ends between two characters. */
import type { Queryable } from '../../database/pool.js';
import { outputNotKept } from '../../domain/errors.js';
import { wholeCharacters } from '../../domain/utf8.js';
import type { Stream } from '../../executor/executor.js';
import { piecesFrom, type StoredPiece } from '../../logs/pieces.js';
import { formatPlace, type Place } from './output-place.js';
import { event } from './sse.js';

/** Bytes that become the text of one event. */
const EVENT_BYTES = 64 * 1024;

const NONE = Buffer.alloc(0);

export class OutputReader {
  readonly #database: Queryable;
  readonly #taskId: string;
  #place: Place;
  /** Of each stream the beginning of a character, of which the rest is to come: from its place on. */
  readonly #begun: Record<Stream, Buffer> = { stdout: NONE, stderr: NONE };
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });

  constructor(database: Queryable, taskId: string, place: Place) {
    this.#database = database;
    this.#taskId = taskId;
    this.#place = place;
  }

  /** As far as `ends`, a piece of each stream in turn. */
  async *read(
    streams: readonly Stream[],
    ends: Readonly<Record<Stream, number>>,
    signal: AbortSignal,
  ): AsyncGenerator<string> {
    const isLeft = (stream: Stream) => this.#next(stream) < ends[stream];
    let sources = streams.filter(isLeft).map((stream) => ({ stream, pieces: this.#piecesOf(stream) }));
    while (sources.length > 0 && !signal.aborted) {
      for (const { stream, pieces } of sources) {
        const { value } = await pieces.next();
        // It was removed, with its job. Nothing may look whole that is not.
        if (value?.position !== this.#next(stream)) throw outputNotKept();
        yield* this.#events(stream, value.data);
      }
      sources = sources.filter(({ stream }) => isLeft(stream));
    }
  }

  /** What has begun and will not be whole any more. */
  *end(streams: readonly Stream[]): Generator<string> {
    for (const stream of streams) {
      const bytes = this.#begun[stream];
      this.#begun[stream] = NONE;
      if (bytes.length > 0) yield this.#event(stream, bytes);
    }
  }

  /** The first byte that has not been read yet. */
  #next(stream: Stream): number {
    return this.#place[stream] + this.#begun[stream].length;
  }

  #piecesOf(stream: Stream): AsyncGenerator<StoredPiece, undefined> {
    const key = { taskId: this.#taskId, attempt: this.#place.attempt };
    return piecesFrom(this.#database, key, stream, this.#next(stream));
  }

  *#events(stream: Stream, data: Buffer): Generator<string> {
    for (let from = 0; from < data.length; from += EVENT_BYTES) {
      const bytes = Buffer.concat([this.#begun[stream], data.subarray(from, from + EVENT_BYTES)]);
      const whole = wholeCharacters(bytes);
      this.#begun[stream] = bytes.subarray(whole);
      if (whole > 0) yield this.#event(stream, bytes.subarray(0, whole));
    }
  }

  #event(stream: Stream, bytes: Buffer): string {
    const offset = this.#place[stream];
    this.#place = { ...this.#place, [stream]: offset + bytes.length };
    return event('output', formatPlace(this.#place), { stream, offset, text: this.#decoder.decode(bytes) });
  }
}
