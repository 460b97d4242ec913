/** The streams of an attempt as one, in the order in which they arrived. */
import type { Queryable } from '../database/pool.js';
import { outputNotKept } from '../domain/errors.js';
import { type Stream, STREAMS } from '../executor/executor.js';
import { decodeArrivals } from './arrivals.js';
import { type ArrivedPiece, readArrived } from './arrived.sql.js';
import type { OutputKey } from './output.sql.js';

/** Bytes of one stream that arrived at once. */
export interface Arrived {
  readonly stream: Stream;
  /** Of the first one in its stream. */
  readonly position: number;
  readonly bytes: Buffer;
  /** Milliseconds since 1970; null: the row is of a version that kept no times. */
  readonly at: number | null;
}

interface Queued extends Arrived {
  /** Place in the order of both streams. */
  readonly order: number;
}

/** Positions in each stream. */
export type Positions = Readonly<Record<Stream, number>>;

export interface ArrivedOptions {
  /** The streams that are wanted. */
  readonly streams: readonly Stream[];
  readonly from: Positions;
  /** All up to there is stored. */
  readonly to: Positions;
  /** Bytes of a stream that are read at once. */
  readonly windowBytes: number;
}

/** Throws where something is missing, because it was removed meanwhile: nothing may look whole that is not. */
export async function* arrivedOutput(
  on: Queryable,
  key: OutputKey,
  { streams, from, to, windowBytes }: ArrivedOptions,
): AsyncGenerator<Arrived> {
  const queues = STREAMS.filter((stream) => streams.includes(stream)).map(
    (stream) => new StreamQueue(stream, from[stream], to[stream]),
  );
  for (;;) {
    const dry = queues.filter((queue) => queue.isDry);
    if (dry.length > 0) {
      const wanted = dry.map(({ stream, next }) => ({ stream, from: next }));
      const pieces = await readArrived(on, key, wanted, windowBytes);
      for (const queue of dry) queue.fill(pieces.filter(({ stream }) => stream === queue.stream));
    }
    const [one, other] = queues.filter(({ head }) => head !== undefined);
    if (one === undefined) return;
    const first = other !== undefined && other.order < one.order ? other : one;
    yield first.take();
  }
}

class StreamQueue {
  #queued: Queued[] = [];
  #taken = 0;

  constructor(
    readonly stream: Stream,
    /** What is to be read next. */
    public next: number,
    private readonly to: number,
  ) {}

  get head(): Queued | undefined {
    return this.#queued[this.#taken];
  }

  get isDry(): boolean {
    return this.head === undefined && this.next < this.to;
  }

  get order(): number {
    return this.head?.order ?? Infinity;
  }

  take(): Arrived {
    const head = this.head as Queued;
    this.#taken += 1;
    return head;
  }

  fill(pieces: readonly ArrivedPiece[]): void {
    this.#queued = [];
    this.#taken = 0;
    for (const piece of pieces) {
      // Of the row before, or of all that is wanted, this is beyond what was read.
      if (piece.position !== this.next || this.next >= this.to) break;
      this.#queue(piece);
    }
    if (this.#queued.length === 0) throw outputNotKept();
  }

  #queue(piece: ArrivedPiece): void {
    const { stream } = this;
    const end = Math.min(piece.position + piece.data.length, this.to);
    for (const { position, order, at, until } of partsOf(piece)) {
      const [from, to] = [Math.max(position, piece.position), Math.min(until, end)];
      if (from >= to) continue;
      const bytes = piece.data.subarray(from - piece.position, to - piece.position);
      this.#queued.push({ stream, position: from, bytes, at, order: order + (from - position) });
    }
    this.next = end;
  }
}

interface Part {
  readonly position: number;
  readonly until: number;
  readonly order: number;
  readonly at: number | null;
}

function partsOf({ stream, start, end, arrivals }: ArrivedPiece): Part[] {
  // Nothing says when it arrived: all of stdout comes before all of stderr, as what was written about a task's end does.
  if (arrivals === null || arrivals.length === 0)
    return [{ position: start, until: end, order: stream === 'stdout' ? 0 : Infinity, at: null }];
  const decoded = decodeArrivals(start, arrivals);
  return decoded.map(({ position, before, at }, index) => ({
    position,
    until: decoded[index + 1]?.position ?? end,
    order: position + before,
    at,
  }));
}
