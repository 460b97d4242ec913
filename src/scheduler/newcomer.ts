/** Who asks for a job, and what is told of one that is let in. */
import { randomUUID } from 'node:crypto';
import type { Actor } from '../domain/audit.js';
import type { PipelineDefinition } from '../domain/definition.js';
import type { Advanced } from './news.js';

export interface ScheduleRequest {
  readonly definition: PipelineDefinition;
  /** JSON text of an object; null: there are none. */
  readonly variables: string | null;
  readonly queuePartition: string;
  /** Whose job it is. */
  readonly by: Actor;
  /** W3C traceparent of who asks. */
  readonly traceParent?: string | null;
  /** Not there: it runs nothing again. */
  readonly rerun?: Rerun;
}

/** Another job's definition, as it is kept, and what has been done of it. */
export interface Rerun {
  readonly of: string;
  readonly definitionId: string;
  /** Tasks that are done, and are not run again. */
  readonly carried: readonly string[];
}

export interface Newcomer {
  /** Of the job that it becomes. */
  readonly id: string;
  readonly request: ScheduleRequest;
}

export const newcomerOf = (request: ScheduleRequest, id: string = randomUUID()): Newcomer => ({
  id,
  request,
});

export interface Admitted {
  readonly jobId: string;
  readonly advanced: Advanced;
}
