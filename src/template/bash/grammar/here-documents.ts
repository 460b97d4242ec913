/** Reads here-documents: the delimiter in the command, the body behind its line, the line that ends it. */

import { readInDouble } from './quotes.js';
import { text, type Reader } from './reader.js';
import type { HereDocument, Part } from '../syntax.js';
import { MARK } from '../view.js';

/** Delimiters in which bash sees what we see: plain characters, perhaps quoted as a whole or escaped. */
const DELIMITER = /'[^'\n\uffff]*'|"[^"$`\\\n\uffff]*"|\\[^\n\uffff]|[^ \t\n;&|<>()'"\\$`\uffff]+/y;

interface Line {
  /** Where the next one starts. */
  readonly next: number;
  readonly end: number;
  /** As bash compares it: joined with the next one at a backslash, where the delimiter is unquoted. */
  readonly text: string;
}

/** Behind `<<` or `<<-`. */
export function readDelimiter(reader: Reader, stripsTabs: boolean): HereDocument {
  reader.skipBlanks();
  const start = reader.pos;
  let delimiter = '';
  let literal = false;
  for (let piece = reader.take(DELIMITER); piece !== ''; piece = reader.take(DELIMITER)) {
    const quoted = /^['"\\]/.test(piece);
    literal ||= quoted;
    if (!quoted) delimiter += piece;
    else delimiter += piece.startsWith('\\') ? piece.slice(1) : piece.slice(1, -1);
  }
  if (reader.isValue()) reader.fail('a value is the delimiter of a here-document');
  if (delimiter === '' || /['"\\$`\uffff]/.test(reader.char()))
    reader.fail('the delimiter of a here-document is no plain word');
  const none = [start, start] as const;
  const delimiterSpan = [start, reader.pos] as const;
  const { view } = reader;
  const document = {
    delimiter,
    literal,
    stripsTabs,
    view,
    delimiterSpan,
    body: none,
    terminator: none,
    parts: [],
  };
  reader.pending.push(document);
  return document;
}

/** From the start of a line: the body, and the line that ends it. */
export function readDocument(reader: Reader, document: HereDocument): void {
  const start = reader.pos;
  let at = start;
  let line = lineAt(reader, at, document);
  // A line with a value ends no document; where its text would, a reference takes its place.
  while (line.text !== document.delimiter || line.text.includes(MARK)) {
    if (reader.collected.isCode && mayBe(document.delimiter, line.text))
      reader.fail('a value may end a here-document', at);
    at = line.next;
    if (at >= reader.end) reader.fail('a here-document does not end', start);
    line = lineAt(reader, at, document);
  }
  document.body = [start, at];
  document.terminator = [at, line.end];
  document.parts = readBody(reader, document);
  reader.pos = line.next;
  reader.collected.documents.push(document);
}

function readBody(reader: Reader, { literal, body }: HereDocument): Part[] {
  const parts: Part[] = [];
  const { end } = reader;
  reader.end = body[1];
  reader.deeper(() => {
    while (reader.pos < reader.end) {
      if (literal) parts.push(reader.value('document') ?? text(reader.take(/[^\uffff]+|\uffff/y), true));
      else readInDouble(reader, parts, false);
    }
  });
  reader.end = end;
  return parts;
}

/** Whether values can make the delimiter of a line. */
function mayBe(delimiter: string, line: string): boolean {
  const texts = line.split(MARK);
  if (texts.length === 1) return false;
  let at = 0;
  for (const text of texts.slice(0, -1)) {
    const found = delimiter.indexOf(text, at);
    if (found < 0) return false;
    at = found + text.length;
  }
  return delimiter.startsWith(texts[0] ?? '') && delimiter.slice(at).endsWith(texts.at(-1) ?? '');
}

/** Whether the last backslash of a line is not escaped by the one before it. */
function endsInBackslash(line: string): boolean {
  let start = line.length;
  while (line[start - 1] === '\\') start--;
  return (line.length - start) % 2 === 1;
}

function lineAt(reader: Reader, start: number, { literal, stripsTabs }: HereDocument): Line {
  let joined = '';
  for (let at = start; ;) {
    const found = reader.view.text.indexOf('\n', at);
    const end = found < 0 || found >= reader.end ? reader.end : found;
    const part = reader.view.text.slice(at, end);
    const joins = !literal && end < reader.end && endsInBackslash(part);
    joined += joins ? part.slice(0, -1) : part;
    at = end + 1;
    if (!joins) {
      const line = stripsTabs ? joined.replace(/^\t+/, '') : joined;
      return { next: Math.min(at, reader.end), end, text: line };
    }
  }
}
