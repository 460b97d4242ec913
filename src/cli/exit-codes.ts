/** What the command's exit code says, and how a command ends that cannot do what was asked. */

export const EXIT = {
  /** The job is done, or what was asked for was done. */
  done: 0,
  /** The job ended in an error. */
  error: 1,
  /** What was asked for cannot be understood, or the service refuses it. */
  refused: 2,
  /** The job was canceled. */
  canceled: 3,
  /** The service does not answer, or cannot do its work. */
  away: 4,
  /** Ctrl-C, as shells have it. */
  interrupted: 130,
} as const;

export class CommandError extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number = EXIT.refused) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Of a job that has ended. */
export function exitCodeOf(status: string): number {
  if (status === 'done') return EXIT.done;
  return status === 'canceled' ? EXIT.canceled : EXIT.error;
}
