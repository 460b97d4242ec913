/** Rows in columns that are as wide as what is in them. */
import { stripVTControlCharacters } from 'node:util';

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => widthOf(row[column] ?? ''))));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - widthOf(cell)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Colours take no room. */
const widthOf = (text: string) => stripVTControlCharacters(text).length;
