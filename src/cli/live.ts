/** Lines at the end of a terminal that are written over with what they have become. */
import { stripVTControlCharacters } from 'node:util';
import type { WriteStream } from 'node:tty';

const CLEAR_BELOW = '\x1b[J';
const up = (lines: number) => (lines === 0 ? '' : `\x1b[${lines}A`);
/** Turns colours off, whatever was cut away. */
const PLAIN = '\x1b[0m';

export class LiveLines {
  #shown = 0;

  constructor(private readonly terminal: WriteStream) {}

  /** As many as fit; a line that is too long for the terminal is cut, so that it stays one. */
  show(lines: readonly string[]): void {
    const room = Math.max((this.terminal.rows || 24) - 1, 1);
    const columns = this.terminal.columns || 80;
    const shown =
      lines.length <= room ? lines : [...lines.slice(0, room - 1), `… ${lines.length - room + 1} more`];
    this.terminal.write(
      `${up(this.#shown)}\r${CLEAR_BELOW}${shown.map((line) => `${cut(line, columns)}\n`).join('')}`,
    );
    this.#shown = shown.length;
  }

  /** What is written from now on comes after them. */
  keep(): void {
    this.#shown = 0;
  }
}

function cut(line: string, columns: number): string {
  if (stripVTControlCharacters(line).length < columns) return line;
  let [text, width] = ['', 0];
  // Pieces are escapes, which have no width, or characters.
  // eslint-disable-next-line no-control-regex -- ours, of colours
  for (const [piece] of line.matchAll(/\x1b\[[\d;]*m|./gsu)) {
    if (!piece.startsWith('\x1b') && ++width >= columns - 1) return `${text}…${PLAIN}`;
    text += piece;
  }
  return text;
}
