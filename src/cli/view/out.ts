/** Where something is printed: a terminal, which obeys what it is sent, or anything else, which gets it as it is. */
import { once } from 'node:events';
import { fstatSync } from 'node:fs';
import type { WriteStream } from 'node:tty';
import { escapedJson, Harmless, nameOf } from '../text/harmless.js';
import { type Paint, paintFor } from '../text/paint.js';

/** Of a terminal that does not say (0). */
const USUAL = { columns: 80, rows: 24 };

export class Out {
  readonly isTerminal: boolean;
  readonly paint: Paint;
  readonly #harmless: Harmless;

  constructor(private readonly stream: WriteStream & { readonly fd: number }) {
    this.isTerminal = stream.isTTY;
    const colors = this.isTerminal && stream.hasColors();
    this.paint = paintFor(colors);
    this.#harmless = new Harmless(colors);
  }

  get columns(): number {
    return this.isTerminal ? this.stream.columns || USUAL.columns : Number.POSITIVE_INFINITY;
  }

  get rows(): number {
    return this.isTerminal ? this.stream.rows || USUAL.rows : Number.POSITIVE_INFINITY;
  }

  /** Whether both lead to one place: a terminal, or a file or pipe as by `2>&1`. */
  isSameAs(other: Out): boolean {
    const [one, two] = [this.stream, other.stream].map(({ fd }) => fstatSync(fd, { bigint: true }));
    return one !== undefined && one.dev === two?.dev && one.ino === two.ino;
  }

  onResize(resized: () => void): () => void {
    this.stream.on('resize', resized);
    return () => this.stream.off('resize', resized);
  }

  /** Ours, as it is. Waits for a slow reader. */
  async write(text: string | Uint8Array): Promise<void> {
    if (!this.stream.write(text)) await once(this.stream, 'drain');
  }

  line(text = ''): Promise<void> {
    return this.write(`${text}\n`);
  }

  /** What a task has printed. */
  async foreign(text: string): Promise<void> {
    const shown = this.isTerminal ? this.#harmless.piece(text) : text;
    if (shown !== '') await this.write(shown);
  }

  /** After what was foreign. */
  async endForeign(): Promise<void> {
    const reset = this.#harmless.end();
    if (reset !== '') await this.write(reset);
  }

  /** A name, or whatever else of others has one line. */
  name(text: string): string {
    return this.isTerminal ? nameOf(text) : text.replace(/[\r\n]+/g, ' ');
  }

  /** One document. */
  json(value: unknown): Promise<void> {
    return this.line(escapedJson(JSON.stringify(value, null, this.isTerminal ? 2 : 0)));
  }

  /** One line of many. */
  ndjson(value: unknown): Promise<void> {
    return this.line(escapedJson(JSON.stringify(value)));
  }
}
