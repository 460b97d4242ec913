/** How the program ends: a code for each outcome, and the failures that choose one. */
import type { JobEnd } from '../domain/status.js';

export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  canceled: 3,
  refused: 4,
  unreachable: 5,
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export const EXIT_OF_JOB: Readonly<Record<JobEnd, ExitCode>> = {
  done: EXIT.done,
  error: EXIT.failed,
  canceled: EXIT.canceled,
};

/** What a user is told in one line. */
export class Failure extends Error {
  constructor(
    readonly exit: ExitCode,
    message: string,
  ) {
    super(message);
  }
}

export const wrongUsage = (message: string) => new Failure(EXIT.usage, message);

/** The service has understood, and says no. */
export class Refused extends Failure {
  constructor(
    readonly status: number,
    /** As the service says it. */
    readonly said: string,
    message = said,
  ) {
    super(EXIT.refused, message);
  }
}

/** There was no answer, or one that says nothing about what was asked (5xx). */
export class Unreachable extends Failure {
  constructor(
    message: string,
    /** Whether the service may have done what was asked all the same. */
    readonly mayBeDone: boolean,
    /** 0: there was no answer. */
    readonly status = 0,
  ) {
    super(EXIT.unreachable, message);
  }
}
