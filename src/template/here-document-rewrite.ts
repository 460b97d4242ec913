/**
 * Makes references work in a here-document whose quoted delimiter turns expansion off: the delimiter loses its quotes,
 * and all that would expand then is escaped, so that the body still comes out byte for byte.
 */

import type { HereDocument } from './bash/syntax.js';
import { escapeForLevel, MARK } from './bash/view.js';
import type { Edit } from './script-edits.js';

/** `values`: the number of each value by its position in the script. */
export function rewriteDocument(
  { view, delimiter, delimiterSpan, body, terminator }: HereDocument,
  values: ReadonlyMap<number, number>,
): Edit[] {
  const [start, end] = body;
  const edit = (from: number, to: number, text: string): Edit => ({
    start: view.root(from),
    end: view.root(to),
    text: escapeForLevel(text, view.level),
  });
  const plain = unquotedDelimiter(delimiter, view.text.slice(start, end));
  const edits = [edit(...delimiterSpan, plain)];
  if (plain !== delimiter && terminator[0] < terminator[1]) {
    const line = view.text.slice(...terminator);
    edits.push(edit(...terminator, line.slice(0, line.length - delimiter.length) + plain));
  }
  let at = start;
  for (const mark of [...marksIn(view.text, start, end), end]) {
    if (mark < end && !values.has(view.root(mark))) continue;
    const text = view.text.slice(at, mark);
    if (/[\\$`]/.test(text)) edits.push(edit(at, mark, text.replace(/[\\$`]/g, '\\$&')));
    at = mark + 1;
  }
  return edits;
}

function* marksIn(text: string, start: number, end: number): Generator<number> {
  for (let at = text.indexOf(MARK, start); at >= 0 && at < end; at = text.indexOf(MARK, at + 1)) yield at;
}

function unquotedDelimiter(delimiter: string, body: string): string {
  if (/^[A-Za-z0-9_]+$/.test(delimiter)) return delimiter;
  let fresh = 'HOLDFAST_END';
  while (body.includes(fresh)) fresh += '_';
  return fresh;
}
