/** How many columns of a terminal a text takes, and what of it fits. */

const SEGMENTER = new Intl.Segmenter();
/** Two columns each. What a terminal makes of others, it decides itself; most are one. */
const WIDE =
  /^(?:\p{Emoji_Presentation}|\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}|[\u3000-\u303f\uff01-\uff60])/u;

const charactersOf = (text: string) => Array.from(SEGMENTER.segment(text), ({ segment }) => segment);
export const columnsOf = (character: string): 1 | 2 => (WIDE.test(character) ? 2 : 1);

export function widthOf(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  return charactersOf(text).reduce((sum, character) => sum + columnsOf(character), 0);
}

/** Ends in an ellipsis where it does not fit. */
export function fitted(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let left = columns - 1;
  let kept = '';
  for (const character of charactersOf(text)) {
    left -= columnsOf(character);
    if (left < 0) break;
    kept += character;
  }
  return columns < 1 ? '' : `${kept}…`;
}
