/** Which bytes a Range header asks for (RFC 9110, 14.2). */

/** Both are of it. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/** `all`: what cannot be understood, or asks for several parts, is passed over; `none`: there are no such bytes. */
export type WantedBytes = ByteRange | 'all' | 'none';

const ONE = /^bytes=[ \t]*(\d{1,15})?-(\d{1,15})?[ \t]*$/i;

export function wantedBytes(header: string | undefined, size: number): WantedBytes {
  const [matches, from, to] = ONE.exec(header ?? '') ?? [];
  // Who asks for the end of nothing is not mistaken.
  if (matches === undefined || (from === undefined && to === undefined) || size === 0) return 'all';
  if (from === undefined) return Number(to) === 0 ? 'none' : lastOnes(Number(to), size);
  const [first, last] = [Number(from), to === undefined ? size - 1 : Number(to)];
  if (to !== undefined && last < first) return 'all';
  return first >= size ? 'none' : { first, last: Math.min(last, size - 1) };
}

const lastOnes = (count: number, size: number): ByteRange => ({
  first: Math.max(size - count, 0),
  last: size - 1,
});
