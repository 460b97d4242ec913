/** Skips what stands between commands: blanks, comments and line ends, with the here-documents behind these. */

import { readDocument } from './here-documents.js';
import type { Reader } from './reader.js';

export function skipLines(reader: Reader): void {
  for (;;) {
    reader.skipBlanks();
    if (reader.char() === '#') reader.comment();
    if (reader.char() !== '\n') return;
    reader.newline((document) => {
      readDocument(reader, document);
    });
  }
}
