/** What a pipeline is once its file has been read and checked; a job carries one of these as its snapshot. */
import type { RetryPolicy } from './retry.js';
import { DEFAULT_SHELL, type Shell } from './shell.js';
import { DEFAULT_STOPPING, type Stopping } from './stopping.js';

/** Scripts and environment values stay as written; they are rendered (8.1) or exported when the task runs. */
export interface TaskDefinition {
  readonly name: string;
  readonly script: readonly string[];
  /** Names as written in the file: order and repetitions are kept (3.6). */
  readonly dependsOn: readonly string[];
  readonly allowFailure: boolean;
  readonly env: Readonly<Record<string, string>>;
  /** Milliseconds; null: none. */
  readonly timeoutMs: number | null;
  /** null: it is tried once. */
  readonly retry: RetryPolicy | null;
  /** What differs from the pipeline's; absent where nothing does, as in definitions of older versions. */
  readonly stopping?: Partial<Stopping>;
  /** As `stopping`. */
  readonly shell?: Partial<Shell>;
}

export type OnErrorDefinition = Pick<TaskDefinition, 'script' | 'env'>;

/** A JSON Schema, and whether a schedule must bring the variable. */
export interface VariableDefinition {
  readonly schema: Readonly<Record<string, unknown>>;
  readonly required: boolean;
}

export const QUEUE_STRATEGIES = ['append', 'replace', 'partitioned_replace'] as const;
export type QueueStrategy = (typeof QUEUE_STRATEGIES)[number];

export interface PipelineDefinition {
  readonly name: string;
  /** At least 1. */
  readonly concurrency: number;
  /** null: unbounded. */
  readonly queueLimit: number | null;
  /** At least 1; null unless the strategy is partitioned_replace. */
  readonly queuePartitionLimit: number | null;
  readonly queueStrategy: QueueStrategy;
  /** Milliseconds; 0: none. */
  readonly startDelayMs: number;
  readonly continueRunningTasksAfterFailure: boolean;
  /** Milliseconds; null: for ever. */
  readonly retentionPeriodMs: number | null;
  /** null: all. */
  readonly retentionCount: number | null;
  readonly env: Readonly<Record<string, string>>;
  /** For all tasks of a job together, from its start; milliseconds; null: none. */
  readonly timeoutMs: number | null;
  /** The variables that a schedule is checked against, by name; others may be brought along. */
  readonly variables: Readonly<Record<string, VariableDefinition>>;
  /** In the file's order. No task is called on_error. */
  readonly tasks: readonly TaskDefinition[];
  readonly onError: OnErrorDefinition | null;
  /** For all tasks, on_error included, what differs from the default; absent where nothing does. */
  readonly stopping?: Partial<Stopping>;
  /** As `stopping`. */
  readonly shell?: Partial<Shell>;
}

/** The task of that name; `on_error` is the handler as a task. null: there is none. */
export function taskOf(definition: PipelineDefinition, name: string): TaskDefinition | null {
  if (name !== ON_ERROR_TASK) return definition.tasks.find((task) => task.name === name) ?? null;
  const handler = definition.onError;
  return handler && { name, dependsOn: [], allowFailure: false, timeoutMs: null, retry: null, ...handler };
}

/** Returns how a task of the pipeline is ended. */
export function stoppingOf(definition: PipelineDefinition, task: TaskDefinition): Stopping {
  return { ...DEFAULT_STOPPING, ...definition.stopping, ...task.stopping };
}

/** Returns how the shell of a task of the pipeline begins. */
export function shellOf(definition: PipelineDefinition, task: TaskDefinition): Shell {
  return { ...DEFAULT_SHELL, ...definition.shell, ...task.shell };
}

/** The name under which `on_error` runs; no task may have it (6.6). */
export const ON_ERROR_TASK = 'on_error';

/** The template variable that holds the job's id; callers may not set it (8.4). */
export const JOB_ID_VARIABLE = '__jobID';
