/** Which spellings of a job's id are understood (1.5). */

const HEX = '[0-9a-f]';
const CANONICAL = `${HEX}{8}-${HEX}{4}-${HEX}{4}-${HEX}{4}-${HEX}{12}`;
const SPELLINGS = new RegExp(
  `^(?:(?:urn:uuid:)?(${CANONICAL})|\\{(${CANONICAL})\\}|(${HEX}{8})(${HEX}{4})(${HEX}{4})(${HEX}{4})(${HEX}{12}))$`,
  'i',
);

/** The canonical spelling, or null where the text is no job id. */
export function parseJobId(text: string): string | null {
  const match = SPELLINGS.exec(text);
  if (match === null) return null;
  const [, plain, braced, ...groups] = match;
  return (plain ?? braced ?? groups.join('-')).toLowerCase();
}
