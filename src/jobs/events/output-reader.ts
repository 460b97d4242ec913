/** Reads on in an attempt's output, as events of text that ends between two characters, in the order of arrival. */
import type { Queryable } from '../../database/pool.js';
import { wholeCharacters } from '../../domain/utf8.js';
import type { Stream } from '../../executor/executor.js';
import { type Arrived, arrivedOutput, type Positions } from '../../logs/arrived.js';
import { formatPlace, type Place } from './output-place.js';
import { event } from './sse.js';

/** Bytes that become the text of one event. */
const EVENT_BYTES = 64 * 1024;
/** Bytes of a stream that are read at once: the longest piece that a worker stores. Held until the caller has taken it. */
const WINDOW_BYTES = 576 * 1024;

interface Begun {
  readonly bytes: Buffer;
  /** When it arrived. */
  readonly at: number | null;
}

const NONE: Begun = { bytes: Buffer.alloc(0), at: null };

export class OutputReader {
  readonly #database: Queryable;
  readonly #taskId: string;
  #place: Place;
  /** Of each stream the beginning of a character, of which the rest is to come: from its place on. */
  readonly #begun: Record<Stream, Begun> = { stdout: NONE, stderr: NONE };
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });

  constructor(database: Queryable, taskId: string, place: Place) {
    this.#database = database;
    this.#taskId = taskId;
    this.#place = place;
  }

  /** As far as `ends`. */
  async *read(streams: readonly Stream[], ends: Positions, signal: AbortSignal): AsyncGenerator<string> {
    const key = { taskId: this.#taskId, attempt: this.#place.attempt };
    const from = { stdout: this.#next('stdout'), stderr: this.#next('stderr') };
    const options = { streams, from, to: ends, windowBytes: WINDOW_BYTES };
    for await (const arrived of arrivedOutput(this.#database, key, options)) {
      if (signal.aborted) return;
      yield* this.#events(arrived);
    }
  }

  /** What has begun and will not be whole any more. */
  *end(streams: readonly Stream[]): Generator<string> {
    for (const stream of streams) {
      const { bytes, at } = this.#begun[stream];
      this.#begun[stream] = NONE;
      if (bytes.length > 0) yield this.#event(stream, bytes, at);
    }
  }

  /** The first byte that has not been read yet. */
  #next(stream: Stream): number {
    return this.#place[stream] + this.#begun[stream].bytes.length;
  }

  *#events({ stream, bytes: data, at }: Arrived): Generator<string> {
    for (let from = 0; from < data.length; from += EVENT_BYTES) {
      const { bytes: begun } = this.#begun[stream];
      const next = data.subarray(from, from + EVENT_BYTES);
      const bytes = begun.length === 0 ? next : Buffer.concat([begun, next]);
      const whole = wholeCharacters(bytes);
      // A copy, so that nothing else of what was read is held.
      this.#begun[stream] = whole === bytes.length ? NONE : { bytes: Buffer.from(bytes.subarray(whole)), at };
      if (whole > 0) yield this.#event(stream, bytes.subarray(0, whole), at);
    }
  }

  #event(stream: Stream, bytes: Buffer, at: number | null): string {
    const offset = this.#place[stream];
    this.#place = { ...this.#place, [stream]: offset + bytes.length };
    const text = this.#decoder.decode(bytes);
    const time = at === null ? null : new Date(at).toISOString();
    return event('output', formatPlace(this.#place), { stream, offset, text, time });
  }
}
