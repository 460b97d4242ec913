/** Output with the time of each line before it. */
import type { Stream } from '../ask/answers.js';
import type { Out } from './out.js';

/** Where a row of output of earlier versions has no time. */
const NO_TIME = '-';

export class StampedLines {
  /** The stream whose line has begun and not ended; null: none. */
  #begun: { readonly stream: Stream; readonly out: Out } | null = null;

  constructor(private readonly outOf: (stream: Stream) => Out) {}

  /** Any part of a stream's text. */
  async print(stream: Stream, time: string | null, text: string): Promise<void> {
    const out = this.outOf(stream);
    if (this.#begun !== null && this.#begun.stream !== stream) await this.end();
    for (const line of text.split(/(?<=\n)/)) {
      if (line === '') continue;
      if (this.#begun === null) await out.write(`${out.paint('dim', time ?? NO_TIME)} `);
      await out.foreign(out.isTerminal ? lastPrinted(line) : line);
      this.#begun = line.endsWith('\n') ? null : { stream, out };
    }
  }

  /** A line of one stream does not go on with one of the other. */
  async end(): Promise<void> {
    await this.#begun?.out.foreign('\n');
    this.#begun = null;
  }
}

/** A carriage return would lead before the time. */
const lastPrinted = (line: string) => line.replace(/^[^]*\r(?=[^\r\n])/, '');
