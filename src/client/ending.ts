/** How a task ended, in words for people: the page and the command line show it. */

/** Signals that end programs, by their number. A shell's code for one is 128 and its number. */
const SIGNALS: ReadonlyMap<number, string> = new Map([
  [1, 'SIGHUP'],
  [2, 'SIGINT'],
  [3, 'SIGQUIT'],
  [4, 'SIGILL'],
  [5, 'SIGTRAP'],
  [6, 'SIGABRT'],
  [7, 'SIGBUS'],
  [8, 'SIGFPE'],
  [9, 'SIGKILL'],
  [10, 'SIGUSR1'],
  [11, 'SIGSEGV'],
  [12, 'SIGUSR2'],
  [13, 'SIGPIPE'],
  [14, 'SIGALRM'],
  [15, 'SIGTERM'],
  [24, 'SIGXCPU'],
  [25, 'SIGXFSZ'],
]);

/** Returns what an exit code means to a shell; null: nothing in particular. */
function meaningOf(code: number): string | null {
  if (code === 126) return 'a program could not be run';
  if (code === 127) return 'a command was not found, or a variable was not set';
  const signal = SIGNALS.get(code - 128);
  if (signal === undefined) return null;
  return signal === 'SIGKILL' ? 'SIGKILL, as where memory runs out' : signal;
}

export interface Ended {
  readonly status: string;
  readonly exitCode: number;
  readonly error?: string;
}

/** null: there is nothing to say. A code that was allowed is said, as is what a code means. */
export function endingOf({ status, exitCode, error }: Ended): string | null {
  const wasAllowed = status === 'done' && exitCode > 0;
  const text = wasAllowed ? `exit status ${exitCode}, allowed` : error;
  if (text === undefined) return null;
  const meaning = text.startsWith('exit status ') ? meaningOf(exitCode) : null;
  return meaning === null ? text : `${text} (${meaning})`;
}
