/** Output as lines, in the order in which their ends arrived. */
import { wholeCharacters } from '../domain/utf8.js';
import type { Stream } from '../executor/executor.js';
import type { Arrived, Positions } from './arrived.js';

/** A longer line comes as several parts. */
const MAX_LINE_BYTES = 64 * 1024;
const NEWLINE = 10;

export interface OutputLine {
  readonly stream: Stream;
  /** Without its newline; what is no UTF-8 is U+FFFD. */
  readonly text: string;
  /** No newline follows: the line is longer than a part, or has not been ended. */
  readonly isPartial: boolean;
  /** Of its first byte in the stream. */
  readonly start: number;
  /** Where the stream goes on after it. */
  readonly end: number;
  /** When its last byte arrived, in milliseconds since 1970; null: not known. */
  readonly at: number | null;
}

export interface LinesOptions {
  /** The end of what is there: a line that has not been ended by then is told as far as it goes. */
  readonly to: Positions;
  /** No more will come, so that half a character at the end is all that there is of it. */
  readonly isOver: boolean;
}

export async function* linesOf(
  arrived: AsyncIterable<Arrived>,
  { to, isOver }: LinesOptions,
): AsyncGenerator<OutputLine> {
  const open = { stdout: new OpenLine('stdout'), stderr: new OpenLine('stderr') };
  for await (const { stream, position, bytes, at } of arrived) {
    const line = open[stream];
    for (let from = 0; from < bytes.length;) {
      const newline = bytes.indexOf(NEWLINE, from);
      const end = newline < 0 ? bytes.length : newline;
      line.add(bytes.subarray(from, end), position + end, at);
      yield* line.parts(MAX_LINE_BYTES);
      if (newline >= 0) yield line.ended();
      from = end + 1;
    }
    if (position + bytes.length >= to[stream]) yield* line.parts(0, isOver);
  }
}

/** What of a stream has come since its last newline. */
class OpenLine {
  at: number | null = null;
  #parts: Buffer[] = [];
  #length = 0;
  #end = 0;

  constructor(private readonly stream: Stream) {}

  add(bytes: Buffer, end: number, at: number | null): void {
    if (bytes.length > 0) this.#parts.push(bytes);
    this.#length += bytes.length;
    this.#end = end;
    this.at = at;
  }

  ended(): OutputLine {
    const { stream, at } = this;
    const text = decoded(Buffer.concat(this.#parts));
    const start = this.#end - this.#length;
    this.#parts = [];
    this.#length = 0;
    return { stream, text, isPartial: false, start, end: this.#end + 1, at };
  }

  /** Parts of it for as long as more than so many bytes are left, each of them so long or as long as there are bytes. */
  *parts(most: number, isOver = false): Generator<OutputLine> {
    const { stream, at } = this;
    while (this.#length > most) {
      const bytes = Buffer.concat(this.#parts);
      const part = bytes.subarray(0, most === 0 ? bytes.length : most);
      const whole = isOver ? part.length : wholeCharacters(part);
      const start = this.#end - this.#length;
      this.#parts = [bytes.subarray(whole)];
      this.#length -= whole;
      if (whole === 0) return;
      const text = decoded(part.subarray(0, whole));
      yield { stream, text, isPartial: true, start, end: start + whole, at };
    }
  }
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const decoded = (bytes: Buffer) => decoder.decode(bytes);
