/** A name in one line: where there is no room for all of it, its middle is left out, as the ends of names differ. */

/** Characters that stay in any case. */
const END = 10;
/** So many there is room for everywhere. */
const SHORT = 14;

export function LongName({ text }: { text: string }) {
  const characters = Array.from(text);
  if (characters.length <= SHORT) {
    return (
      <span className="long-name" title={text}>
        <span>{text}</span>
      </span>
    );
  }
  return (
    <span className="long-name" title={text}>
      <span className="visually-hidden">{text}</span>
      <span aria-hidden="true">{characters.slice(0, -END).join('')}</span>
      <span aria-hidden="true">{characters.slice(-END).join('')}</span>
    </span>
  );
}
