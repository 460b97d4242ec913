/** Definitions for tests that do not care for most of their keys. */
import type { PipelineDefinition, TaskDefinition } from '../../src/domain/definition.js';

export const taskOf = (name: string, ...dependsOn: string[]): TaskDefinition => ({
  name,
  dependsOn,
  script: ['true'],
  allowFailure: false,
  env: {},
  timeoutMs: null,
  retry: null,
});

export const pipelineOf = (
  tasks: TaskDefinition[],
  more: Partial<PipelineDefinition> = {},
): PipelineDefinition => ({
  name: 'p',
  concurrency: 1,
  queueLimit: null,
  queuePartitionLimit: null,
  queueStrategy: 'append',
  startDelayMs: 0,
  continueRunningTasksAfterFailure: false,
  retentionPeriodMs: null,
  retentionCount: null,
  env: {},
  timeoutMs: null,
  variables: {},
  tasks,
  onError: null,
  ...more,
});
