/**
 * Makes references work in a here-document whose quoted delimiter turns expansion off: the delimiter loses its quotes,
 * and all that would expand then is escaped, so that the body still comes out byte for byte.
 */

import type { Edit } from './script-edits.js';
import { MARK, type HereDocument } from './shell-site.js';
import { escapeForLevel, type View } from './shell-view.js';

export function rewriteDocument(
  document: HereDocument,
  view: View,
  values: ReadonlyMap<number, number>,
  referenced: (index: number) => boolean,
): Edit[] {
  const [start, end] = document.body;
  const marks: number[] = [];
  for (let at = view.text.indexOf(MARK, start); at >= 0 && at < end; at = view.text.indexOf(MARK, at + 1)) {
    if (values.has(view.root(at))) marks.push(at);
  }
  if (!marks.some((at) => referenced(values.get(view.root(at)) ?? -1))) return [];
  const edit = (from: number, to: number, text: string): Edit => ({
    start: view.root(from),
    end: view.root(to),
    text: escapeForLevel(text, view.level),
  });
  const delimiter = unquotedDelimiter(document.delimiter, view.text.slice(start, end));
  const edits = [edit(...document.span, delimiter)];
  if (delimiter !== document.delimiter && document.terminator[0] < document.terminator[1]) {
    const line = view.text.slice(...document.terminator);
    edits.push(
      edit(...document.terminator, line.slice(0, line.length - document.delimiter.length) + delimiter),
    );
  }
  let at = start;
  for (const mark of [...marks, end]) {
    const text = view.text.slice(at, mark);
    if (/[\\$`]/.test(text)) edits.push(edit(at, mark, text.replace(/[\\$`]/g, '\\$&')));
    at = mark + 1;
  }
  return edits;
}

function unquotedDelimiter(delimiter: string, body: string): string {
  if (/^[A-Za-z0-9_]+$/.test(delimiter)) return delimiter;
  let fresh = 'HOLDFAST_END';
  while (body.includes(fresh)) fresh += '_';
  return fresh;
}
