/** What the service says of itself: one line an event, as JSON for machines or as text for people. */
import { pino } from 'pino';
import { lineOf, type LogRecord } from './log-text.js';
import { scrub } from './scrub.js';

export const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type Level = (typeof LEVELS)[number];
export const FORMATS = ['json', 'text'] as const;
export type Format = (typeof FORMATS)[number];

/** Ids, names and numbers. Nothing that could have an environment, headers or variables in it fits in here. */
export type Fields = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Log extends Readonly<Record<Level, (message: string, fields?: Fields) => void>> {
  /** For lines that are dear to make. */
  tells(level: Level): boolean;
}

/** What the program tells whoever started it. In text it stands without time and level. */
export const PROGRAM = 'holdfast';

/** Bytes that wait for a reader of the log that stands still; more are thrown away, so that it holds nobody up. */
const WAITING_LIMIT = 4 * 1024 * 1024;

const options = (level: Level): pino.LoggerOptions => ({
  level,
  base: { pid: process.pid },
  timestamp: pino.stdTimeFunctions.isoTime,
  formatters: { level: (label) => ({ level: label }) },
});

/** Whatever reads the log has gone. That must not end what the log is about. */
const readerGone = () => undefined;

const text: pino.DestinationStream = {
  write(line) {
    const record = JSON.parse(line) as LogRecord;
    const stream = record.level === 'warn' || record.level === 'error' ? process.stderr : process.stdout;
    stream.write(lineOf(record, PROGRAM));
  },
};

function json(): pino.DestinationStream {
  const stream = pino.destination({ fd: 1, sync: false, maxLength: WAITING_LIMIT });
  stream.on('error', () => undefined);
  process.on('exit', () => {
    try {
      stream.flushSync();
    } catch {
      // As for `readerGone`.
    }
  });
  return stream;
}

/** Until it is told more; what a test of a single room says, too. */
let root = pino(options('warn'), text);

export function configureLog({ level, format }: { level: Level; format: Format }): void {
  for (const stream of [process.stdout, process.stderr])
    stream.off('error', readerGone).on('error', readerGone);
  root = pino(options(level), format === 'json' ? json() : text);
}

/** For the lines of one room. Those about a request bear its id as `request`. */
export function logger(room: string): Log {
  const at = (level: Level) => (message: string, fields?: Fields) => {
    if (!root.isLevelEnabled(level)) return;
    root[level]({ room, ...scrubbed(fields) }, scrub(message));
  };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    tells: (level) => root.isLevelEnabled(level),
  };
}

function scrubbed(fields: Fields = {}): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, typeof value === 'string' ? scrub(value) : value]),
  );
}

/** An error with where it comes from, for those that are ours to mend. */
export const stackOf = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);
