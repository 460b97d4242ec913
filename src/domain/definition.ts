/** What a pipeline is once its file has been read and checked; a job carries one of these as its snapshot. */
import { HANDLERS, type HandlerName, isHandlerName } from './handlers.js';
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

export type HandlerDefinition = Pick<TaskDefinition, 'script' | 'env'>;

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
  /** In the file's order. No task has the name of a handler, but in definitions of versions that had on_error only. */
  readonly tasks: readonly TaskDefinition[];
  readonly onError: HandlerDefinition | null;
  /** Absent where there is none, as in definitions of older versions. */
  readonly onCancel?: HandlerDefinition;
  readonly finally?: HandlerDefinition;
  /** For all tasks, handlers included, what differs from the default; absent where nothing does. */
  readonly stopping?: Partial<Stopping>;
  /** As `stopping`. */
  readonly shell?: Partial<Shell>;
}

/** Returns the task of that name, which may be a handler's; null: there is none. */
export function taskOf(definition: PipelineDefinition, name: string): TaskDefinition | null {
  const handler = isHandlerName(name) ? handlerOf(definition, name) : null;
  if (handler === null) return definition.tasks.find((task) => task.name === name) ?? null;
  return { name, dependsOn: [], allowFailure: false, timeoutMs: null, retry: null, ...handler };
}

/** Returns the names of the handlers that the pipeline has. */
export const handlersOf = (definition: PipelineDefinition): HandlerName[] =>
  HANDLERS.filter((name) => handlerOf(definition, name) !== null);

/** Whether the name is that of a handler which the pipeline has. */
export const isHandlerOf = (definition: PipelineDefinition, name: string): boolean =>
  handlersOf(definition).some((handler) => handler === name);

function handlerOf(definition: PipelineDefinition, name: HandlerName): HandlerDefinition | null {
  return definition[HANDLER_KEYS[name]] ?? null;
}

/** Returns how a task of the pipeline is ended. */
export function stoppingOf(definition: PipelineDefinition, task: TaskDefinition): Stopping {
  return { ...DEFAULT_STOPPING, ...definition.stopping, ...task.stopping };
}

/** Returns how the shell of a task of the pipeline begins. */
export function shellOf(definition: PipelineDefinition, task: TaskDefinition): Shell {
  return { ...DEFAULT_SHELL, ...definition.shell, ...task.shell };
}

/** Where a definition has each handler. */
export const HANDLER_KEYS = {
  on_error: 'onError',
  on_cancel: 'onCancel',
  finally: 'finally',
} as const satisfies Record<HandlerName, keyof PipelineDefinition>;

/** The template variable that holds the job's id; callers may not set it (8.4). */
export const JOB_ID_VARIABLE = '__jobID';
