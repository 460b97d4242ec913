/** The tokens of a template, as Go's text/template/parse has them. */

import { quote } from './quote.js';

export type TokenKind =
  | 'error' | 'bool' | 'charConstant' | 'char' | 'complex' | 'assign' | 'declare' | 'EOF' | 'field' | 'identifier'
  | 'leftDelim' | 'leftParen' | 'number' | 'pipe' | 'rawString' | 'rightDelim' | 'rightParen' | 'space' | 'string'
  | 'text' | 'variable' | Keyword; // prettier-ignore

export type Keyword =
  | 'block' | 'break' | 'continue' | 'dot' | 'define' | 'else' | 'end' | 'if' | 'range' | 'nil' | 'template' | 'with'; // prettier-ignore

export const KEYWORDS: ReadonlyMap<string, Keyword> = new Map<string, Keyword>([
  ['.', 'dot'],
  ['block', 'block'],
  ['break', 'break'],
  ['continue', 'continue'],
  ['define', 'define'],
  ['else', 'else'],
  ['end', 'end'],
  ['if', 'if'],
  ['range', 'range'],
  ['nil', 'nil'],
  ['template', 'template'],
  ['with', 'with'],
]);

const KEYWORD_KINDS: ReadonlySet<string> = new Set(KEYWORDS.values());

export interface Token {
  readonly kind: TokenKind;
  /** In UTF-16 units from the start of the source. */
  readonly pos: number;
  readonly text: string;
  readonly line: number;
}

/** How a message names the token. */
export function tokenText(token: Token): string {
  if (token.kind === 'EOF') return 'EOF';
  if (token.kind === 'error') return token.text;
  if (KEYWORD_KINDS.has(token.kind)) return `<${token.text}>`;
  if (Buffer.byteLength(token.text) > 10) return `${quote(Array.from(token.text).slice(0, 10).join(''))}...`;
  return quote(token.text);
}
