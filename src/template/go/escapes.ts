/** What `html`, `js` and `urlquery` make of a text. */

import { isPrint, wellFormed } from './quote.js';

const HTML: Readonly<Record<string, string>> = {
  '\0': '\ufffd',
  '"': '&#34;',
  "'": '&#39;',
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
};

export function escapeHtml(text: string): string {
  return text.replace(/[\0"'&<>]/g, (char) => HTML[char] ?? char);
}

export function escapeJs(text: string): string {
  return text.replace(/[\\'"<>&=]|\p{Cc}|[^ -~]/gu, (char) => {
    if (/[\\'"]/.test(char)) return `\\${char}`;
    if (char === '\x7f' || (char > '\x7f' && isPrint(char))) return char;
    return `\\u${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
  });
}

export function escapeQuery(text: string): string {
  return encodeURIComponent(wellFormed(text))
    .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+');
}
