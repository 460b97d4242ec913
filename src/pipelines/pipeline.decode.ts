/** Reads one pipeline of a file and reports everything that its definition breaks. */

import { checkDefinition } from '../domain/definition.check.js';
import type { PipelineDefinition, TaskDefinition, VariableDefinition } from '../domain/definition.js';
import { MAX_DEPENDENCIES, MAX_TASKS, nameProblem, quote } from './limits.js';
import { entryOf, ownerOf, placeOfKey, warnOfUnknownKeys, type Owner } from './owner.js';
import type { Report } from './report.js';
import { decodeShell, SHELL_KEYS } from './shell.decode.js';
import { decodeEnv, decodeHandler, decodeTask } from './task.decode.js';
import { locate, type TreeEntry } from './tree.js';
import { decodeStopping, STOPPING_KEYS } from './stopping.decode.js';
import { readCount, readDuration, readFlag, readQueueStrategy } from './values.js';
import { decodeVariables } from './variables.decode.js';

const PIPELINE_KEYS = {
  prunner: [
    'concurrency',
    'queue_limit',
    'queue_partition_limit',
    'queue_strategy',
    'start_delay',
    'continue_running_tasks_after_failure',
    'retention_period',
    'retention_count',
    'env',
    'tasks',
    'on_error',
  ],
  ours: ['timeout', 'variables', 'on_cancel', 'finally', ...STOPPING_KEYS, ...SHELL_KEYS],
};

export function decodePipeline(name: string, entry: TreeEntry, report: Report): PipelineDefinition {
  const invalidName = nameProblem('pipeline', name);
  if (invalidName !== null) report.invalid(entry.at, name, invalidName);

  const owner = ownerOf(report, `pipeline ${quote(name)}`, entry);
  warnOfUnknownKeys(owner, PIPELINE_KEYS, owner.title);

  const variables = decodeVariables(name, owner);
  const numbers = numbersAmong(variables);
  const definition: PipelineDefinition = {
    name,
    ...decodeLimits(owner),
    env: decodeEnv(name, 'the pipeline', owner),
    variables,
    tasks: decodeTasks(name, owner, numbers),
    ...decodeHandlers(name, owner, numbers),
    ...decodeStopping(name, owner),
    ...decodeShell(name, owner),
  };
  for (const { path, message } of checkDefinition(definition)) {
    // A key that could not be read would be blamed for being absent. The rules' messages name all keys they look at.
    const follows = path[0] !== 'tasks' && owner.unread.some((key) => message.includes(key));
    if (!follows) report.invalid(locate(owner.map, entry.at, path), name, message);
  }
  return definition;
}

function decodeHandlers(pipeline: string, owner: Owner, numbers: ReadonlySet<string>) {
  const onCancel = decodeHandler(pipeline, 'on_cancel', owner, numbers);
  const last = decodeHandler(pipeline, 'finally', owner, numbers);
  return {
    onError: decodeHandler(pipeline, 'on_error', owner, numbers),
    ...(onCancel === null ? {} : { onCancel }),
    ...(last === null ? {} : { finally: last }),
  };
}

/** 0 is prunner's way to say that a key is not set: the default concurrency, no limit to retention. */
function decodeLimits(owner: Owner) {
  warnOfNoReplacement(owner);
  return {
    concurrency: readCount(owner, 'concurrency') || 1,
    queueLimit: readCount(owner, 'queue_limit'),
    queuePartitionLimit: readCount(owner, 'queue_partition_limit'),
    queueStrategy: readQueueStrategy(owner, 'queue_strategy'),
    startDelayMs: readDuration(owner, 'start_delay') ?? 0,
    continueRunningTasksAfterFailure: readFlag(owner, 'continue_running_tasks_after_failure'),
    retentionPeriodMs: orOff(owner, 'retention_period', readDuration(owner, 'retention_period')),
    retentionCount: orOff(owner, 'retention_count', readCount(owner, 'retention_count')),
    timeoutMs: readDuration(owner, 'timeout') || null,
  };
}

/** Variables that may stand in arithmetic. */
function numbersAmong(variables: Readonly<Record<string, VariableDefinition>>): ReadonlySet<string> {
  const isNumber = ({ schema }: VariableDefinition) => schema.type === 'integer' || schema.type === 'number';
  return new Set(Object.entries(variables).flatMap(([name, variable]) => (isNumber(variable) ? [name] : [])));
}

function decodeTasks(pipeline: string, owner: Owner, numbers: ReadonlySet<string>): TaskDefinition[] {
  const entry = entryOf(owner, 'tasks');
  const at = entry?.at ?? owner.at;
  const tasks = entry ? [...ownerOf(owner.report, `tasks of ${owner.title}`, entry).map.entries] : [];
  if (tasks.length === 0) owner.report.warning(at, `${owner.title}: it has no tasks`);
  if (tasks.length > MAX_TASKS) owner.report.invalid(at, pipeline, `more than ${MAX_TASKS} tasks`);

  const decoded = tasks.map(([name, task]) => decodeTask(pipeline, name, task, owner, numbers));
  const dependencies = decoded.reduce((sum, { dependsOn }) => sum + dependsOn.length, 0);
  if (dependencies <= MAX_DEPENDENCIES) return decoded;
  owner.report.invalid(at, pipeline, `more than ${MAX_DEPENDENCIES} entries in depends_on of all tasks`);
  return [];
}

/** A negative retention is off, as in prunner. It is warned of, as it may have been meant otherwise. */
function orOff(owner: Owner, key: string, value: number | null): number | null {
  if (value !== null && value < 0)
    owner.report.warning(placeOfKey(owner, key), `${owner.title}: ${key} is negative, which turns it off`);
  return value !== null && value > 0 ? value : null;
}

function warnOfNoReplacement(owner: Owner): void {
  const strategy = entryOf(owner, 'queue_strategy')?.value;
  if (strategy?.kind !== 'text' || strategy.text !== 'replace' || entryOf(owner, 'queue_limit') !== null)
    return;
  const meaning = 'without queue_limit the list is never full, so no job is ever replaced';
  owner.report.warning(strategy.at, `${owner.title}: queue_strategy=replace: ${meaning}`);
}
