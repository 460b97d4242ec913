/**
 * Characters that are not seen, or that change how others are seen: with U+202E, `nice\u202Eexe.png` reads as
 * `nicegnp.exe`. The page and the command line show a mark in the place of each.
 */

export const MARK = '\ufffd';

/**
 * For classes of regular expressions with the flag `u`: controls of the direction of writing, characters without width,
 * fillers, tags, and line separators. Not the controls of ASCII and C1, which mean something to terminals.
 */
const UNSEEN = '\\p{Default_Ignorable_Code_Point}\\u2028\\u2029\\ufff9-\\ufffb';
/** Parts of emoji, and of words in some scripts. */
const JOINERS = '\\u200c\\u200d';
const SELECTORS = '\\ufe00-\\ufe0f\\u{e0100}-\\u{e01ef}';

/** Matches each of them but joiners and selectors, for text that is read in pieces. */
export const UNSEEN_ANYWHERE = `(?![${JOINERS}${SELECTORS}])[${UNSEEN}]`;

const IN_OUTPUT = new RegExp(`[\\x80-\\x9f${UNSEEN}]`, 'gu');
const IN_TEXT = new RegExp(`(?![\\t\\n\\r])[\\p{Cc}${UNSEEN}]`, 'gu');
const IN_LINE = new RegExp(`[\\p{Cc}${UNSEEN}]`, 'gu');
const HAS_UNSEEN = new RegExp(IN_OUTPUT.source, 'u');

export const hasUnseen = (text: string): boolean => HAS_UNSEEN.test(text);

/** For output of tasks, with the sequences in it that terminals understand: leaves the controls of ASCII. */
export const markOutput = (text: string): string => (hasUnseen(text) ? replaced(text, IN_OUTPUT) : text);

/** For a text of any number of lines. */
export const markText = (text: string): string => replaced(text, IN_TEXT);

/** For a name, or another text of one line. */
export const markLine = (text: string): string => replaced(text, IN_LINE);

const replaced = (text: string, unseen: RegExp): string =>
  text.replace(unseen, (character: string, at: number) =>
    isPart(character, lastOf(text, at), text.slice(at + 1, at + 3)) ? character : MARK,
  );

/** The character before a place, which may be two units long. */
const lastOf = (text: string, to: number): string =>
  text.slice(Math.max(0, to - (/[\udc00-\udfff]/.test(text.charAt(to - 1)) ? 2 : 1)), to);

// Not with `$`: Chromium 156 does not find a character of two units by a class at the end of a text.
const WITH_JOINERS = 'Arab Beng Deva Gujr Guru Khmr Knda Mlym Mymr Orya Sinh Syrc Taml Telu'
  .split(' ')
  .map((script) => `\\p{Script=${script}}`)
  .join('');
const IS_JOINED = new RegExp(`^[\\p{Extended_Pictographic}\\p{Emoji_Modifier}\\ufe0f${WITH_JOINERS}]`, 'u');
const IS_SELECTABLE = /^[\p{Extended_Pictographic}\p{Unified_Ideograph}\d#*]/u;
const IS_JOINER = new RegExp(`^[${JOINERS}]`, 'u');
const IS_SELECTOR = new RegExp(`^[${SELECTORS}]`, 'u');

/** Whether it belongs to its neighbors, and is seen by what it does to them. */
function isPart(character: string, before: string, after: string): boolean {
  if (IS_JOINER.test(character)) return IS_JOINED.test(before) && IS_JOINED.test(after);
  return IS_SELECTOR.test(character) && IS_SELECTABLE.test(before);
}
