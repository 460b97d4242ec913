/** Rows under a heading, in columns as wide as what is in them. */
import { fitted, widthOf } from '../../client/width.js';
import type { Out } from './out.js';

export interface Cell {
  readonly text: string;
  /** With colors, which have no width. */
  readonly painted?: string;
}

const GAP = '  ';

/** The last column ends where the terminal does. `widths`: of an earlier page, to go on with. */
export class Table {
  #widths: number[];

  constructor(
    private readonly out: Out,
    private readonly heading: readonly string[],
  ) {
    this.#widths = [];
  }

  async rows(rows: readonly (readonly Cell[])[]): Promise<void> {
    const isFirst = this.#widths.length === 0;
    this.#widths = this.heading.map((title, column) =>
      Math.max(this.#widths[column] ?? title.length, ...rows.map((row) => widthOf(row[column]?.text ?? ''))),
    );
    const heading = this.heading.map((text) => ({ text, painted: this.out.paint('dim', text) }));
    const lines = [...(isFirst ? [heading] : []), ...rows].map((row) => this.#line(row));
    if (lines.length > 0) await this.out.line(lines.join('\n'));
  }

  #line(row: readonly Cell[]): string {
    const last = row.length - 1;
    const before = row.slice(0, last).map(({ text, painted = text }, column) => {
      return painted + ' '.repeat(Math.max(0, (this.#widths[column] ?? 0) - widthOf(text)));
    });
    const taken = this.#widths.slice(0, last).reduce((sum, width) => sum + width + GAP.length, 0);
    const { text = '', painted = text } = row[last] ?? {};
    const room = this.out.columns - taken;
    return [...before, widthOf(text) <= room ? painted : fitted(text, room)].join(GAP).trimEnd();
  }
}
