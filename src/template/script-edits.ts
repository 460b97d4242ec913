/** Replaces stretches of a script that do not overlap. */

export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export function applyEdits(script: string, edits: readonly Edit[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const { start, end, text } of [...edits].sort((a, b) => a.start - b.start)) {
    parts.push(script.slice(at, start), text);
    at = end;
  }
  parts.push(script.slice(at));
  return parts.join('');
}
