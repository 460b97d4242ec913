/** A record of the log as a line for people. */

export type LogRecord = Readonly<Record<string, unknown>> & {
  readonly level: string;
  readonly time: string;
  readonly room: string;
  readonly msg: string;
};

/** Told otherwise, or of no use in a terminal. */
const LEFT_OUT = ['level', 'time', 'room', 'msg', 'pid', 'stack'];

export function lineOf(record: LogRecord, program: string): string {
  const { level, time, room, msg, stack } = record;
  const fields = Object.entries(record)
    .filter(([name, value]) => !LEFT_OUT.includes(name) && value !== 0)
    .map(([name, value]) => ` ${name}=${shown(value)}`)
    .join('');
  const said = `${printable(msg)}${fields}`;
  const more = typeof stack === 'string' ? `\n    ${printable(stack)}` : '';
  // The greeting names the program itself.
  if (room === program) return `${said.startsWith('Holdfast ') ? '' : `${program}: `}${said}${more}\n`;
  return `${time.slice(11, 23)} ${level.padEnd(5)} ${room}: ${said}${more}\n`;
}

function shown(value: unknown): string {
  const text = String(value);
  return /^[\w.:/#@+-]+$/.test(text) ? text : printable(JSON.stringify(text));
}

/** A name from a file, or a database's message, must not move the cursor or begin a line of its own. */
const printable = (text: string) =>
  text.replace(/\r?\n/g, '\n    ').replace(/(?!\n)[\p{Cc}\p{Cf}]/gu, '\uFFFD');
