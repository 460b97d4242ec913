/** The output of one attempt on its way to the database: what waits, where it belongs, and when to wait for it. */
import { type Stream, STREAMS } from '../executor/executor.js';
import { addArrival, type Arrival, encodeArrivals } from './arrivals.js';
import type { HeldOutput, Piece } from './output.sql.js';

/** Bytes of a stream that may wait before its task has to. */
const WAITING_LIMIT = 512 * 1024;

interface StreamState {
  waiting: Buffer[];
  waitingBytes: number;
  /** Of what waits. */
  arrivals: Arrival[];
  /** Bytes that are waiting, under way or stored. */
  unstored: number;
  position: number;
  cut: boolean;
  wake: (() => void)[];
}

const fresh = (): StreamState => ({
  waiting: [],
  waitingBytes: 0,
  arrivals: [],
  unstored: 0,
  position: 0,
  cut: false,
  wake: [],
});

const endOf = ({ position, waitingBytes }: StreamState) => position + waitingBytes;

export class TaskOutput {
  readonly #key: HeldOutput;
  readonly #limit: number;
  readonly #due: (output: TaskOutput, now: boolean) => void;
  readonly #now: () => number;
  /** When the last bytes arrived. */
  #last = 0;
  readonly #streams: Readonly<Record<Stream, StreamState>> = { stdout: fresh(), stderr: fresh() };

  /** `now`: milliseconds since 1970. */
  constructor(
    key: HeldOutput,
    limit: number,
    due: (output: TaskOutput, now: boolean) => void,
    now: () => number = Date.now,
  ) {
    this.#key = key;
    this.#limit = limit;
    this.#due = due;
    this.#now = now;
  }

  /** A promise where the stream has to wait for the database. */
  write(stream: Stream, bytes: Buffer): Promise<void> | undefined {
    const state = this.#streams[stream];
    const kept = this.#keep(state, bytes);
    if (kept.length === 0) return undefined;
    this.#arrived(stream);
    state.waiting.push(kept);
    state.waitingBytes += kept.length;
    state.unstored += kept.length;
    const full = state.unstored > WAITING_LIMIT;
    this.#due(this, full);
    return full ? new Promise((done) => state.wake.push(done)) : undefined;
  }

  /** Resolves when all that was written is stored. */
  async flush(): Promise<void> {
    for (const state of Object.values(this.#streams)) {
      if (state.unstored === 0) continue;
      const stored = new Promise<void>((done) => state.wake.push(done));
      this.#due(this, true);
      await stored;
    }
  }

  /** For the writer: all that waits, one piece a stream. */
  take(): Piece[] {
    const pieces: Piece[] = [];
    for (const stream of STREAMS) {
      const state = this.#streams[stream];
      if (state.waitingBytes === 0) continue;
      const { position } = state;
      const arrivals = encodeArrivals(position, state.arrivals);
      pieces.push({ ...this.#key, stream, position, bytes: Buffer.concat(state.waiting), arrivals });
      state.position += state.waitingBytes;
      state.waiting = [];
      state.waitingBytes = 0;
      state.arrivals = [];
    }
    return pieces;
  }

  /** For the writer: this piece is committed. */
  stored({ stream, bytes }: Piece): void {
    const state = this.#streams[stream];
    state.unstored -= bytes.length;
    if (state.unstored === 0) for (const wake of state.wake.splice(0)) wake();
  }

  /** Notes where in the order of both streams the next bytes of this one stand. Time never goes back. */
  #arrived(stream: Stream): void {
    const { stdout, stderr } = this.#streams;
    const [own, other] = stream === 'stdout' ? [stdout, stderr] : [stderr, stdout];
    this.#last = Math.max(this.#last, Math.floor(this.#now()));
    addArrival(own.arrivals, { position: endOf(own), before: endOf(other), at: this.#last });
  }

  #keep(state: StreamState, bytes: Buffer): Buffer {
    if (state.cut) return bytes.subarray(0, 0);
    const room = this.#limit - endOf(state);
    if (bytes.length <= room) return bytes;
    state.cut = true;
    return Buffer.concat([
      bytes.subarray(0, room),
      Buffer.from(`\n[holdfast: output cut after ${this.#limit} bytes]\n`),
    ]);
  }
}
