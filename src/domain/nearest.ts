/** Finds the known word that a misspelt one was probably meant to be. */

/** Spellings that differ only in case, hyphens and underscores are taken for the same word. */
function plain(word: string): string {
  return word.toLowerCase().replace(/[-_\s]/g, '');
}

/** Characters that a misspelling may have more or less, hyphens and underscores included. */
const MAX_ADDED = 5;

/** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
function distance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1] ? 0 : 1;
      let best = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + same,
      );
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) best = Math.min(best, (beforeLast[column - 2] ?? 0) + 1);
      current.push(best);
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length] ?? 0;
}

/** Whether a word is not a known one, but differs from it only in case, hyphens and underscores, or by one letter. */
export const isMisspelling = (word: string, known: string): boolean =>
  word !== known &&
  Math.abs(word.length - known.length) <= MAX_ADDED &&
  distance(plain(word), plain(known)) <= 1;

/** null if no candidate is near: a third of its letters may differ, and one always. Of equals, the first. */
export function nearest(word: string, candidates: Iterable<string>): string | null {
  const wanted = plain(word);
  let found: string | null = null;
  let smallest = Infinity;
  for (const candidate of candidates) {
    const known = plain(candidate);
    const tolerated = Math.max(1, Math.floor(known.length / 3));
    if (Math.abs(known.length - wanted.length) > tolerated) continue;
    const steps = distance(wanted, known);
    if (steps <= tolerated && steps < smallest) {
      found = candidate;
      smallest = steps;
    }
  }
  return found;
}
