/** One claimed task from its definition to how it ended. */
import {
  JOB_ID_VARIABLE,
  type PipelineDefinition,
  shellOf,
  stoppingOf,
  taskOf,
} from '../domain/definition.js';
import { retryDelay, type RetryReason } from '../domain/retry.js';
import type { Executor, Outcome } from '../executor/executor.js';
import type { TaskOutput } from '../logs/task-output.js';
import type { Claim, Ended } from '../scheduler/scheduler.js';
import { formatTraceParent, type TraceParent } from '../telemetry/trace-parent.js';
import { isUnrendered, renderEntries } from './render-entries.js';
import { later, type Timeout, timeoutOf } from './timeout.js';

export interface TaskRun {
  readonly claim: Claim;
  readonly definition: PipelineDefinition | null;
  readonly executor: Executor;
  readonly output: TaskOutput;
  /** Where in which trace it is; null: in none. */
  readonly trace: TraceParent | null;
  /** Over the job's own variables; a handler has some. */
  readonly variables: object;
  readonly abort: AbortController;
  /** Aborted: what runs has no grace, or no more of it. */
  readonly force: AbortSignal;
  /** Is told for how many milliseconds the task may go on once it is asked to end. */
  readonly onGrace: (milliseconds: number) => void;
}

/** Why a running task was told to end; the reason of its abort signal. */
export type Stop =
  /** Its job was canceled, or a sibling failed. */
  | 'stop'
  | 'shutdown'
  | 'timeout'
  /** The claim is no longer this worker's, so what comes of it does not matter. */
  | 'lost';

const failed = (error: string, reason: RetryReason | null = null, exitCode = -1): Ended => ({
  status: 'error',
  exitCode,
  error,
  reason,
});

/**
 * When it resolves, all output is stored. null: it was killed because its worker is no longer believed in. What becomes
 * of it is then for those who rescue it, also where they have not come round to it yet and would still believe a word.
 */
export async function runTask(run: TaskRun): Promise<Ended | null> {
  const { claim, definition, executor, output, abort, force } = run;
  const task = definition === null ? null : taskOf(definition, claim.task);
  if (definition === null || task === null) return failed('the task has no definition');
  const stopping = stoppingOf(definition, task);
  run.onGrace(stopping.killGraceMs);
  const timeout = timeoutOf(definition, task, claim);
  if (timeout.leftMs <= 0) return failed(timeout.message, timeout.reason);

  const variables = { ...claim.variables, ...run.variables, [JOB_ID_VARIABLE]: claim.jobId };
  const { entries, env, problem } = renderEntries(task.script, variables);
  const timer = later(timeout.leftMs, () => {
    abort.abort('timeout' satisfies Stop);
  });
  const outcome = await executor.execute(
    { entries, allowFailure: task.allowFailure, shell: shellOf(definition, task) },
    {
      env: {
        ...(run.trace === null ? {} : { TRACEPARENT: formatTraceParent(run.trace) }),
        ...definition.env,
        TASK_NAME: task.name,
        TASK_ATTEMPT: String(claim.attempt),
        ...task.env,
        ...env,
      },
      signal: abort.signal,
      force,
      stopping,
      fenced: retryDelay(task.retry, claim.attempt, 'worker_lost') !== null,
      onOutput: (stream, bytes) => output.write(stream, bytes),
    },
  );
  timer.cancel();
  await output.flush();
  if (problem !== null && outcome.kind === 'invalid' && isUnrendered(outcome.message))
    return failed(problem.message);
  return endOf(outcome, task.allowFailure, abort.signal.reason as Stop, timeout);
}

function endOf(
  outcome: Outcome,
  allowFailure: boolean,
  stop: Stop | undefined,
  timeout: Pick<Timeout, 'message' | 'reason'>,
): Ended | null {
  switch (outcome.kind) {
    case 'exited':
      return outcome.code === 0 || allowFailure
        ? { status: 'done', exitCode: outcome.code, error: null, reason: null }
        : failed(`exit status ${outcome.code}`, 'failure', outcome.code);
    case 'invalid':
      return failed(outcome.message);
    case 'lost':
      return failed(outcome.message, 'worker_lost');
    case 'killed':
      return endOfKilled(stop, timeout);
    default:
      return outcome satisfies never;
  }
}

function endOfKilled(
  stop: Stop | undefined,
  { message, reason }: Pick<Timeout, 'message' | 'reason'>,
): Ended | null {
  switch (stop) {
    case 'timeout':
      return failed(message, reason);
    case 'shutdown':
      return failed('the worker was shut down while the task ran', 'worker_lost');
    case 'lost':
      return null;
    case 'stop':
    case undefined:
      return { status: 'canceled', exitCode: -1, error: null, reason: null };
    default:
      return stop satisfies never;
  }
}
