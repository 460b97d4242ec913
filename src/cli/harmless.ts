/** What others have written, as text that a terminal only shows. */
import { stripVTControlCharacters } from 'node:util';

/** All control characters but tab and line feed, C1 among them; and those that turn the direction of what follows. */
// eslint-disable-next-line no-control-regex -- they are what it is about
const CONTROLS = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g;

/** Lines stay lines; what would move the cursor, colour, ring or rename is taken out. */
export const harmless = (text: string): string =>
  stripVTControlCharacters(text.replaceAll('\r\n', '\n')).replace(CONTROLS, '');

/** On one line. */
export const oneLine = (text: string): string => harmless(text).replace(/\s*\n\s*/g, ' ');
