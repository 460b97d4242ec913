/** Text of bash that stands on one line, as bash counts the lines of an entry from that of its `eval`. */

export function onOneLine(script: string): string {
  const lines = script
    .trim()
    .split('\n')
    .map((line) => line.trim());
  return lines.reduce((all, line) => `${all}${/(^|[\s;])(do|then|else|\{)$/.test(all) ? ' ' : '; '}${line}`);
}

/** A word that bash reads as the text. */
export function quoted(text: string): string {
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll("'", String.raw`\'`)
    .replaceAll('\n', String.raw`\n`);
  return `$'${escaped}'`;
}
