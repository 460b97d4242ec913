/** Which rows are to be drawn, and where: browsers take no element as high as millions of lines, so far ones move closer together. */

/** Firefox takes no more than 17.8 million. */
const HIGHEST = 10_000_000;
/** Drawn above and below what is seen. */
const AROUND = 12;

export interface Frame {
  readonly scrollTop: number;
  readonly height: number;
  readonly rowHeight: number;
}

export interface Window {
  readonly first: number;
  readonly last: number;
  /** Where the first one is drawn. */
  readonly top: number;
}

export const heightOf = (rows: number, rowHeight: number): number => Math.min(HIGHEST, rows * rowHeight);

/** Row at the upper edge, with its fraction. */
function rowAt(rows: number, { scrollTop, height, rowHeight }: Frame): number {
  const full = rows * rowHeight;
  if (full <= HIGHEST) return scrollTop / rowHeight;
  const way = Math.min(1, scrollTop / Math.max(1, HIGHEST - height));
  return (way * (full - height)) / rowHeight;
}

export function windowOf(rows: number, frame: Frame): Window {
  const { scrollTop, height, rowHeight } = frame;
  const at = rowAt(rows, frame);
  const first = Math.max(0, Math.min(Math.floor(at) - AROUND, rows));
  const last = Math.min(rows, Math.ceil(at + height / rowHeight) + AROUND);
  return { first, last, top: scrollTop - (at - first) * rowHeight };
}

/** Where to scroll so that a row is in the middle. */
export function scrollFor(
  row: number,
  rows: number,
  { height, rowHeight }: Omit<Frame, 'scrollTop'>,
): number {
  const full = rows * rowHeight;
  const wanted = Math.max(0, row * rowHeight - height / 2 + rowHeight / 2);
  if (full <= HIGHEST) return Math.min(wanted, Math.max(0, full - height));
  return Math.min(1, wanted / (full - height)) * (HIGHEST - height);
}
