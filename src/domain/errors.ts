/** What can go wrong for a caller: a closed set of codes, each with the one message that the contract names. */

export type ErrorCode =
  | 'invalid_request'
  | 'unauthorized'
  | 'forbidden'
  | 'unknown_pipeline'
  | 'not_schedulable'
  | 'job_not_found'
  | 'task_not_found'
  | 'attempt_not_found'
  | 'output_not_kept'
  | 'no_such_range'
  | 'job_completed'
  | 'job_not_completed'
  | 'key_reused'
  | 'shutting_down'
  | 'too_many_streams'
  | 'too_busy'
  | 'unavailable'
  | 'database_read_only'
  | 'database_full'
  | 'database_forbids'
  | 'provider_unavailable';

/** An error that its caller may read; everything else stays inside. */
export class HoldfastError extends Error {
  readonly code: ErrorCode;

  /** `cause`: what only the log is told. */
  constructor(code: ErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

export const invalidRequest = (message: string) => new HoldfastError('invalid_request', message);
export const unauthorized = (message: string, cause?: unknown) =>
  new HoldfastError('unauthorized', message, cause);
export const forbidden = (message: string) => new HoldfastError('forbidden', message);
/** No pipeline has a longer name, so no more of it is repeated. */
const NAME_SHOWN = 200;
export const unknownPipeline = (name: string) =>
  new HoldfastError(
    'unknown_pipeline',
    `Error scheduling pipeline: pipeline ${JSON.stringify(name.slice(0, NAME_SHOWN))} is not defined`,
  );
export const notSchedulable = (reason: string) =>
  new HoldfastError('not_schedulable', `Error scheduling pipeline: ${reason}`);
export const jobNotFound = () => new HoldfastError('job_not_found', 'Job not found');
export const taskNotFound = () => new HoldfastError('task_not_found', 'Task not found');
export const attemptNotFound = () => new HoldfastError('attempt_not_found', 'Attempt not found');
/** Of a task that was carried over from a job that has been removed since. */
export const outputNotKept = () => new HoldfastError('output_not_kept', 'Output is no longer kept');
export const noSuchRange = () => new HoldfastError('no_such_range', 'Output has no such range');
export const jobNotCompleted = () => new HoldfastError('job_not_completed', 'Job is not completed yet');
export const jobCompleted = () => new HoldfastError('job_completed', 'Job is already completed');
export const keyReused = () => new HoldfastError('key_reused', 'Idempotency-Key was used with another body');
export const shuttingDown = () => new HoldfastError('shutting_down', 'Server is shutting down');
export const tooManyStreams = () => new HoldfastError('too_many_streams', 'Too many streams');
/** Says that a bounded resource is taken: its queue is full, or the turn did not come in time. */
export const tooBusy = (what: string) => new HoldfastError('too_busy', `Too many ${what} at a time`);
/** The process lives, and cannot do its work. */
export const notReady = (problem: string) => new HoldfastError('unavailable', problem);

/**
 * Why the database cannot be used. `away`: it does not answer. `full`: its disk is, and reads may still work.
 * `forbids`: a right was revoked.
 */
export type DatabaseTrouble = 'away' | 'read-only' | 'full' | 'forbids';

const TROUBLES: Readonly<Record<DatabaseTrouble, () => HoldfastError>> = {
  away: () => new HoldfastError('unavailable', 'Database is not available'),
  'read-only': () => new HoldfastError('database_read_only', 'Database takes no writes'),
  full: () => new HoldfastError('database_full', 'Database has no room left on its disk'),
  forbids: () => new HoldfastError('database_forbids', 'Database does not grant a right that is needed'),
};
export const unavailable = (trouble: DatabaseTrouble = 'away') => TROUBLES[trouble]();

/** Whether a token is good cannot be told without its provider's keys. */
export const providerUnavailable = () =>
  new HoldfastError('provider_unavailable', 'Identity provider is not available');
