/**
 * When the parts of a piece of output arrived, and in which order with those of the other stream. Kept beside the piece
 * as a few bytes, so that who reads one stream alone reads nothing more.
 */

/** Bytes of a stream that arrived together. */
export interface Arrival {
  /** Offset of the first one in its stream. */
  readonly position: number;
  /** How many bytes of the other stream had arrived by then. */
  readonly before: number;
  /** Milliseconds since 1970, by the database's clock. */
  readonly at: number;
}

/** What comes from one stream within so long, with nothing of the other in between, counts as one arrival. */
const TOGETHER_MS = 10;
/** More of one piece, which gathers while the database is away, are not told apart. */
const MAX_ARRIVALS = 16_384;

export function addArrival(arrivals: Arrival[], next: Arrival): void {
  const last = arrivals.at(-1);
  const isTogether = last !== undefined && last.before === next.before && next.at - last.at < TOGETHER_MS;
  if (!isTogether && arrivals.length < MAX_ARRIVALS) arrivals.push(next);
}

/** Of a piece that begins at `start`, as its first arrival does. All of them only grow: differences as LEB128. */
export function encodeArrivals(start: number, arrivals: readonly Arrival[]): Buffer {
  const bytes: number[] = [];
  let last: Arrival = { position: start, before: 0, at: 0 };
  for (const arrival of arrivals) {
    putNumber(bytes, arrival.position - last.position);
    putNumber(bytes, arrival.before - last.before);
    putNumber(bytes, arrival.at - last.at);
    last = arrival;
  }
  return Buffer.from(bytes);
}

export function decodeArrivals(start: number, bytes: Uint8Array): Arrival[] {
  const arrivals: Arrival[] = [];
  let last: Arrival = { position: start, before: 0, at: 0 };
  let at = 0;
  const take = () => {
    let [value, factor] = [0, 1];
    for (;;) {
      const byte = bytes[at] ?? 0;
      at += 1;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      factor *= 0x80;
    }
  };
  while (at < bytes.length) {
    last = { position: last.position + take(), before: last.before + take(), at: last.at + take() };
    arrivals.push(last);
  }
  return arrivals;
}

function putNumber(bytes: number[], number: number): void {
  let left = number;
  // Not by shifts: times have more than 32 bits.
  for (; left >= 0x80; left = Math.floor(left / 0x80)) bytes.push((left % 0x80) | 0x80);
  bytes.push(left);
}
