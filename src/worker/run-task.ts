/** One claimed task from its definition to how it ended. */
import { JOB_ID_VARIABLE, type PipelineDefinition } from '../domain/definition.js';
import type { Executor, Outcome } from '../executor/executor.js';
import type { TaskOutput } from '../logs/task-output.js';
import type { Claim, Ended } from '../scheduler/scheduler.js';
import { renderEntries } from './render-entries.js';

export interface TaskRun {
  readonly claim: Claim;
  readonly definition: PipelineDefinition | null;
  readonly executor: Executor;
  readonly output: TaskOutput;
  /** What the task inherits from the service. */
  readonly environment: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** Why a running task was told to end; the reason of its abort signal. */
export type Stop = 'stop' | 'shutdown';

const failed = (error: string, exitCode = -1): Ended => ({ status: 'error', exitCode, error });

/** Never rejects. When it resolves, all output is stored. */
export async function runTask({
  claim,
  definition,
  executor,
  output,
  environment,
  signal,
}: TaskRun): Promise<Ended> {
  const task = definition?.tasks.find(({ name }) => name === claim.task);
  if (definition === null || task === undefined) return failed('the task has no definition');

  const variables = { ...claim.variables, [JOB_ID_VARIABLE]: claim.jobId };
  const { entries, env, problem } = renderEntries(task.script, variables);
  const outcome = await executor.execute(
    { entries, allowFailure: task.allowFailure },
    {
      env: { ...environment, ...definition.env, TASK_NAME: task.name, ...task.env, ...env },
      signal,
      onOutput: (stream, bytes) => output.write(stream, bytes),
    },
  );
  await output.flush();
  const ended = endOf(outcome, task.allowFailure, signal);
  // An entry that cannot be rendered ends the task when its turn comes, so what was before it has run (6.4).
  return problem !== null && ended.status === 'done' ? failed(problem.message) : ended;
}

function endOf(outcome: Outcome, allowFailure: boolean, signal: AbortSignal): Ended {
  switch (outcome.kind) {
    case 'exited':
      return outcome.code === 0 || allowFailure
        ? { status: 'done', exitCode: outcome.code, error: null }
        : failed(`exit status ${outcome.code}`, outcome.code);
    case 'invalid':
      return failed(outcome.message);
    case 'killed':
      return (signal.reason as Stop) === 'shutdown'
        ? failed('the worker was shut down while the task ran')
        : { status: 'canceled', exitCode: -1, error: null };
    case 'lost':
      return failed(outcome.message);
    default:
      return outcome satisfies never;
  }
}
