/** Reads redirections, such as `2>&1` and `<<EOF`. */

import { readDelimiter } from './here-documents.js';
import type { Reader } from './reader.js';
import type { Redirect, Word } from '../syntax.js';
import { readWord } from './words.js';

const DESCRIPTOR = /(?:[0-9]+|\{[A-Za-z_][A-Za-z0-9_]*\})(?=[<>])/y;
const OPERATOR = /&>>|&>|<<<|<<-|<<|<&|<>|>>|>&|>\||<|>/y;

/** Reads the redirection here; null where none begins. `isCompound`: of a compound command. */
export function readRedirect(reader: Reader, isCompound = false): Redirect | null {
  const start = reader.pos;
  const descriptor = reader.take(DESCRIPTOR);
  if (descriptor === '' && !/[<>&]/.test(reader.char())) return null;
  if (/[<>]/.test(reader.char()) && reader.char(reader.pos + 1) === '(') {
    if (descriptor !== '') reader.fail('a process substitution follows a descriptor');
    return null;
  }
  const at = reader.view.root(reader.pos);
  const operator = reader.take(OPERATOR);
  if (operator === '') {
    reader.pos = start;
    return null;
  }
  if (operator === '<<' || operator === '<<-') {
    if (reader.rewritten?.begin({ isCompound }))
      reader.fail('bash 5.2 misreads a here-document of a compound command in a substitution', start);
    const document = readDelimiter(reader, operator === '<<-');
    const target: Word = { parts: [], assignment: null, quoted: false, continued: false, source: '' };
    return { operator, descriptor, at, target, document };
  }
  reader.skipBlanks();
  const target = readWord(reader, 'argument');
  if (!target) return reader.fail(`${operator} has no target`);
  return { operator, descriptor, at, target, document: null };
}

/** Those of a compound command. */
export function readRedirects(reader: Reader): Redirect[] {
  const redirects: Redirect[] = [];
  for (;;) {
    reader.skipBlanks();
    const redirect = readRedirect(reader, true);
    if (!redirect) return redirects;
    redirects.push(redirect);
  }
}
