/** What an on_error is told of the failure that it is for (6.6). */
import type { Queryable } from '../database/pool.js';
import { readTail } from '../logs/output.sql.js';
import type { Failure } from '../scheduler/scheduler.js';

/** Bytes of each stream, from its end: they travel in the handler's environment. */
const OUTPUT_LIMIT = 64 * 1024;

export type HandlerVariables = Readonly<
  Record<'failedTaskName' | 'failedTaskError' | 'failedTaskStdout' | 'failedTaskStderr', string> & {
    failedTaskExitCode: number;
  }
>;

export async function handlerVariables(on: Queryable, failure: Failure): Promise<HandlerVariables> {
  const text = async (stream: 'stdout' | 'stderr') =>
    plain(await readTail(on, failure, stream, OUTPUT_LIMIT));
  return {
    failedTaskName: failure.task,
    failedTaskExitCode: failure.exitCode,
    failedTaskError: failure.error,
    failedTaskStdout: await text('stdout'),
    failedTaskStderr: await text('stderr'),
  };
}

/** An environment has no NUL; the tail may begin in the middle of a character. */
const plain = (bytes: Buffer) =>
  bytes
    .toString('utf8')
    .replaceAll('\0', '\uFFFD')
    .replace(/^\uFFFD+/, '');
