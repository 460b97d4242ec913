/** Which rows are seen of how many: with long lines cut at the width of the screen, a line is one row or several. */
import type { LineStore } from './line-store.js';

export interface RowPlace {
  readonly line: number;
  /** Which part of the line, from 0. */
  readonly part: number;
}

/** Sums are kept for so many lines at a time. */
const BLOCK = 512;

export class Rows {
  /** Rows before each block of lines, for blocks whose lines have all ended. */
  readonly #before: number[] = [0];

  /** `columns` null: lines are not cut. */
  constructor(
    private readonly store: LineStore,
    readonly columns: number | null,
  ) {}

  /** How many there are at the moment. */
  count(): number {
    if (this.columns === null) return this.store.count;
    const block = this.#measured();
    return (this.#before[block] as number) + this.#within(block * BLOCK, this.store.count);
  }

  /** The last block whose beginning is known. */
  #measured(): number {
    let block = this.#before.length - 1;
    while ((block + 1) * BLOCK <= this.store.ended) {
      this.#before.push((this.#before[block] as number) + this.#within(block * BLOCK, (block + 1) * BLOCK));
      block += 1;
    }
    return block;
  }

  #within(from: number, to: number): number {
    let rows = 0;
    for (let line = from; line < to; line += 1) rows += this.#rowsOf(line);
    return rows;
  }

  #rowsOf(line: number): number {
    const { columns, store } = this;
    return columns === null ? 1 : Math.max(1, Math.ceil(store.width(line) / columns));
  }

  at(row: number): RowPlace {
    if (this.columns === null) return { line: row, part: 0 };
    const last = this.#measured();
    let [low, high] = [0, last];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#before[middle] as number) <= row) low = middle;
      else high = middle - 1;
    }
    let [line, left] = [low * BLOCK, row - (this.#before[low] as number)];
    for (; line < this.store.count; line += 1) {
      const rows = this.#rowsOf(line);
      if (left < rows) break;
      left -= rows;
    }
    return { line, part: left };
  }

  /** The first row of a line. */
  of(line: number): number {
    if (this.columns === null) return line;
    const block = Math.min(Math.floor(line / BLOCK), this.#measured());
    return (this.#before[block] as number) + this.#within(block * BLOCK, line);
  }
}
