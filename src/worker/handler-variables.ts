/** What handlers are told of the job that they run for (6.6, 6.8). */
import { handlersOf, isHandlerOf, type PipelineDefinition } from '../domain/definition.js';
import { isClosingHandler } from '../domain/handlers.js';
import type { JobEnd } from '../domain/status.js';
import type { Queryable } from '../database/pool.js';
import { readTail } from '../logs/output.sql.js';
import type { Claim, Failure, Scheduler } from '../scheduler/scheduler.js';

/** Bytes of each stream, from its end: they travel in the handler's environment. */
const OUTPUT_LIMIT = 64 * 1024;

interface FailureVariables {
  readonly failedTaskName: string;
  readonly failedTaskExitCode: number | '';
  readonly failedTaskError: string;
  readonly failedTaskStdout: string;
  readonly failedTaskStderr: string;
}

export type HandlerVariables = FailureVariables & { readonly jobStatus?: JobEnd };

const NOTHING_FAILED: FailureVariables = {
  failedTaskName: '',
  failedTaskExitCode: '',
  failedTaskError: '',
  failedTaskStdout: '',
  failedTaskStderr: '',
};

export interface HandlerSources {
  readonly database: Queryable;
  readonly scheduler: Pick<Scheduler, 'failure' | 'end'>;
}

/** Returns what the template of a task finds over the job's own variables; nothing for a task that is no handler. */
export async function handlerVariables(
  { database, scheduler }: HandlerSources,
  definition: PipelineDefinition,
  { jobId, task }: Pick<Claim, 'jobId' | 'task'>,
): Promise<HandlerVariables | Record<string, never>> {
  if (!isHandlerOf(definition, task)) return {};
  const handlers = handlersOf(definition);
  const failure = await scheduler.failure(jobId, handlers);
  const variables = failure === null ? NOTHING_FAILED : await variablesOf(database, failure);
  if (!isClosingHandler(task)) return variables;
  const jobStatus = await scheduler.end(jobId, handlers);
  return { ...variables, ...(jobStatus === null ? {} : { jobStatus }) };
}

async function variablesOf(on: Queryable, failure: Failure): Promise<FailureVariables> {
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
