/** Takes out of a text what must be in no log, wherever the text has come from: a message of a driver, a stack. */

const SECRETS: readonly (readonly [RegExp, string])[] = [
  // The password of an address.
  [/\b([a-z][a-z0-9+.-]*:\/\/[^\s:/?#@]*):[^\s/?#@]*@/gi, '$1:…@'],
  [/([?&;](?:password|token|access_token|api_key|secret)=)[^\s&;]+/gi, '$1…'],
  // A token, with its scheme or without.
  [/\b(Bearer|Basic)\s+[\w.~+/=-]+/gi, '$1 …'],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, '…'],
];

export function scrub(text: string): string {
  return SECRETS.reduce((left, [pattern, instead]) => left.replace(pattern, instead), text);
}
