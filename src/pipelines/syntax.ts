/** From the bytes of a file to its tree: encoding, size and YAML syntax. */

import { isUtf8 } from 'node:buffer';
import { parseDocument, type LineCounter } from 'yaml';
import { Unreadable } from './aliases.js';
import { expand } from './expand.js';
import { MAX_FILE_BYTES } from './limits.js';
import type { Report } from './report.js';
import type { Tree } from './tree.js';

export const EXPECTED = 'expected a map with the key "pipelines"';

/** For the library's messages that speak of something else than the file. */
const OUR_WORDS: ReadonlyMap<string, string> = new Map([['RESOURCE_EXHAUSTION', 'nested too deeply']]);

/** null: the report says why. */
export function readTree(bytes: Uint8Array, lines: LineCounter, report: Report): Tree | null {
  try {
    return readDocument(decode(bytes, lines), lines, report);
  } catch (error) {
    if (error instanceof Unreadable) report.undecodable(error.at, error.message);
    else throw error;
    return null;
  }
}

function readDocument(text: string, lines: LineCounter, report: Report): Tree | null {
  const document = parse(text, lines);
  const more = document.errors.find(({ code }) => code === 'MULTIPLE_DOCS');
  const errors = document.errors.filter((error) => error !== more);
  // As in prunner, which does not tell.
  if (more) report.warning(more.pos[0], 'only the first document of a file is read');
  for (const { code, pos, message } of errors) report.undecodable(pos[0], OUR_WORDS.get(code) ?? message);
  for (const { pos, message } of document.warnings) report.warning(pos[0], `decoding YAML: ${message}`);
  if (errors.length > 0) return null;
  if (document.contents === null) throw new Unreadable(0, `the file is empty, ${EXPECTED}`);
  return expand(document.contents, text, report);
}

function parse(text: string, lines: LineCounter) {
  try {
    return parseDocument(text, {
      lineCounter: lines,
      // All scalars are texts: what a text means, its key decides.
      schema: 'failsafe',
      resolveKnownTags: false,
      prettyErrors: false,
      // Compares each key with all others; `expand` finds duplicates with a map.
      uniqueKeys: false,
    });
  } catch (error) {
    // The library recurses, and its own guard against that does not cover everything.
    throw new Unreadable(0, error instanceof RangeError ? 'nested too deeply' : String(error));
  }
}

function decode(bytes: Uint8Array, lines: LineCounter): string {
  if (bytes.length > MAX_FILE_BYTES) throw new Unreadable(0, 'the file is larger than 1 MiB');
  const text = new TextDecoder().decode(bytes);
  if (isUtf8(bytes)) return text;
  lines.addNewLine(0);
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines.addNewLine(at + 1);
  throw new Unreadable(Math.max(0, text.indexOf('\ufffd')), 'the file is not valid UTF-8');
}
