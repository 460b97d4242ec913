/** The Idempotency-Key of a form: the same for the same that is sent again, as another body under it would be refused. */

export const keyFor = (form: string, sent: unknown): string => `${form}-${hash(JSON.stringify(sent))}`;

/** Not to keep anything secret: only to tell two bodies from each other. */
function hash(text: string): string {
  let [one, other] = [0xdeadbeef, 0x41c6ce57];
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    one = Math.imul(one ^ code, 2654435761);
    other = Math.imul(other ^ code, 1597334677);
  }
  return `${(one >>> 0).toString(36)}${(other >>> 0).toString(36)}`;
}
