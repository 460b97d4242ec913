/** What is told once a transaction is committed: to workers, to who counts, to who reads logs and traces. */
import type { Actor } from '../domain/audit.js';
import type { ProgressTask } from '../domain/progress.js';
import type { RetryReason } from '../domain/retry.js';
import type { TaskStatus } from '../domain/status.js';
import type { Notifier } from '../database/notifier.js';
import { inBackground } from '../telemetry/guarded.js';
import { logger } from '../telemetry/log.js';
import { attemptsRetried, jobsEnded, jobsScheduled, tasksEnded } from '../telemetry/metrics.js';
import { pipelineLabel } from '../telemetry/pipeline-label.js';
import { recordJob } from '../telemetry/spans.js';
import type { EndedJob } from './job.sql.js';

const log = logger('scheduler');

/** Tasks that have come to an end, or an attempt that is followed by another: its task waits. */
export interface TaskNews {
  readonly pipeline: string;
  readonly outcome: TaskStatus;
  readonly reason: RetryReason | null;
  readonly count: number;
}

export interface Advanced {
  readonly ready: boolean;
  readonly stop: boolean;
  readonly scheduled: readonly { readonly id: string; readonly pipeline: string; readonly by: Actor }[];
  /** By somebody; `for`: the job that has taken its place. */
  readonly canceled: readonly {
    readonly id: string;
    readonly pipeline: string;
    readonly for: string | null;
    readonly by: Actor;
  }[];
  readonly tasks: readonly TaskNews[];
  /** Sent with the COMMIT, so answered by the time that it is. */
  readonly jobs: readonly Promise<readonly EndedJob[]>[];
  /** Jobs of which something is otherwise than before, or a task of theirs. */
  readonly changed: readonly string[];
}

export const NOTHING: Advanced = {
  ready: false,
  stop: false,
  scheduled: [],
  canceled: [],
  tasks: [],
  jobs: [],
  changed: [],
};

export const both = (one: Advanced, other: Advanced): Advanced => ({
  ready: one.ready || other.ready,
  stop: one.stop || other.stop,
  scheduled: [...one.scheduled, ...other.scheduled],
  canceled: [...one.canceled, ...other.canceled],
  tasks: [...one.tasks, ...other.tasks],
  jobs: [...one.jobs, ...other.jobs],
  changed: [...one.changed, ...other.changed],
});

/** What has become of a task whose attempt was ended; `tasks` were read after that. */
export function newsOf(
  pipeline: string,
  tasks: readonly ProgressTask[],
  name: string,
  reason: RetryReason | null,
): TaskNews {
  const outcome = tasks.find((task) => task.name === name)?.status ?? 'canceled';
  return { pipeline, outcome, reason, count: 1 };
}

export function tell(notifier: Notifier, news: Advanced): void {
  const { ready, stop, scheduled, canceled, tasks, jobs, changed } = news;
  if (ready) notifier.notify('holdfast_ready');
  if (stop) notifier.notify('holdfast_stop');
  notifier.changed(changed);
  for (const { id, pipeline, by } of scheduled) {
    jobsScheduled.inc({ pipeline: pipelineLabel(pipeline) });
    log.info('job scheduled', { ...requestOf(by), job: id, pipeline });
  }
  for (const { id, pipeline, for: other, by } of canceled)
    log.info('job canceled', {
      ...requestOf(by),
      job: id,
      pipeline,
      ...(other === null ? {} : { for: other }),
    });
  for (const one of tasks) countTasks(one);
  for (const some of jobs)
    inBackground('scheduler', async () => {
      for (const job of await some) tellJob(job);
    });
}

const requestOf = ({ requestId }: Actor) => (requestId === null ? {} : { request: requestId });

function countTasks({ pipeline, outcome, reason, count }: TaskNews): void {
  const label = pipelineLabel(pipeline);
  if (outcome !== 'waiting') tasksEnded.inc({ pipeline: label, outcome }, count);
  else attemptsRetried.inc({ pipeline: label, reason: reason ?? 'failure' }, count);
}

function tellJob(job: EndedJob): void {
  const { id, pipeline, outcome } = job;
  jobsEnded.inc({ pipeline: pipelineLabel(pipeline), outcome });
  log.info('job ended', { job: id, pipeline, outcome });
  recordJob(job);
}
