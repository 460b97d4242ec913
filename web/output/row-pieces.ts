/** What is drawn in one row: its part of a line, in its colours, with what was looked for marked. */
import type { Piece } from './ansi.js';

export interface DrawnPiece extends Piece {
  readonly isMarked: boolean;
}

interface Range {
  readonly from: number;
  readonly to: number;
}

export function rowPieces(
  pieces: readonly Piece[],
  { from, to }: Range,
  matcher: RegExp | null,
): readonly DrawnPiece[] {
  const marks = matcher === null ? [] : marksIn(pieces.map(({ text }) => text).join(''), matcher);
  const drawn: DrawnPiece[] = [];
  let at = 0;
  for (const { text, style } of pieces) {
    const end = at + text.length;
    const [first, last] = [Math.max(at, from), Math.min(end, to)];
    for (const { from: start, to: stop, isMarked } of cut(first, last, marks))
      drawn.push({ text: text.slice(start - at, stop - at), style, isMarked });
    at = end;
    if (at >= to) break;
  }
  return drawn;
}

function marksIn(text: string, matcher: RegExp): Range[] {
  matcher.lastIndex = 0;
  return [...text.matchAll(matcher)].map(({ index, 0: found }) => ({
    from: index,
    to: index + found.length,
  }));
}

function* cut(from: number, to: number, marks: readonly Range[]): Generator<Range & { isMarked: boolean }> {
  let at = from;
  if (from >= to) return;
  for (const mark of marks) {
    if (mark.to <= at || mark.from >= to) continue;
    if (mark.from > at) yield { from: at, to: mark.from, isMarked: false };
    const end = Math.min(mark.to, to);
    yield { from: Math.max(mark.from, at), to: end, isMarked: true };
    at = end;
  }
  if (at < to) yield { from: at, to, isMarked: false };
}
