/** Says what is wrong with a pipeline definition (9.3), naming where in its file each problem stands. */

import {
  JOB_ID_VARIABLE,
  QUEUE_STRATEGIES,
  type PipelineDefinition,
  type QueueStrategy,
  type TaskDefinition,
} from './definition.js';
import { type HandlerName, isHandlerName } from './handlers.js';

export interface Problem {
  /** Below the pipeline, in the file's words: `['tasks', 'b', 'depends_on', 0]`. */
  readonly path: readonly (string | number)[];
  readonly message: string;
}

const HANDLER_TITLES: Readonly<Record<HandlerName, string>> = {
  on_error: 'the error handler',
  on_cancel: 'the cancel handler',
  finally: 'the handler that runs last',
};

const MAX_NAMES_IN_CIRCLE = 20;

export function isQueueStrategy(text: string): text is QueueStrategy {
  return (QUEUE_STRATEGIES as readonly string[]).includes(text);
}

export function checkDefinition(definition: PipelineDefinition): Problem[] {
  return [
    ...checkLimits(definition),
    ...checkVariables(definition.variables),
    ...checkTasks(definition.tasks),
  ];
}

function checkLimits(d: PipelineDefinition): Problem[] {
  const problems: Problem[] = [];
  const problem = (key: string, message: string): void => {
    problems.push({ path: [key], message });
  };
  if (d.concurrency <= 0) problem('concurrency', 'concurrency must be greater than 0');
  if (d.queueLimit !== null && d.queueLimit < 0) problem('queue_limit', 'queue_limit must not be negative');
  if (d.startDelayMs < 0) problem('start_delay', 'start_delay must not be negative');
  if (d.startDelayMs > 0 && d.queueLimit === 0) problem('start_delay', 'start_delay needs queue_limit > 0');
  if (d.timeoutMs !== null && d.timeoutMs < 0) problem('timeout', 'timeout must not be negative');
  return [...problems, ...checkQueue(d)];
}

function checkQueue({ queueStrategy, queueLimit, queuePartitionLimit }: PipelineDefinition): Problem[] {
  const problems: Problem[] = [];
  if (queueStrategy === 'partitioned_replace') {
    if (queueLimit !== null)
      problems.push({
        path: ['queue_limit'],
        message:
          'queue_limit is not allowed if queue_strategy=partitioned_replace, use queue_partition_limit instead',
      });
    if (queuePartitionLimit === null || queuePartitionLimit < 1)
      problems.push({
        path: [queuePartitionLimit === null ? 'queue_strategy' : 'queue_partition_limit'],
        message: 'queue_partition_limit must be defined and >=1 if queue_strategy=partitioned_replace',
      });
  } else if (queuePartitionLimit !== null) {
    problems.push({
      path: ['queue_partition_limit'],
      message:
        'queue_partition_limit is not allowed if queue_strategy=append|replace, use queue_limit instead',
    });
  }
  return problems;
}

function checkVariables(variables: PipelineDefinition['variables']): Problem[] {
  if (!Object.hasOwn(variables, JOB_ID_VARIABLE)) return [];
  const message = `a variable must not be called "${JOB_ID_VARIABLE}", the name is that of the job's id`;
  return [{ path: ['variables', JOB_ID_VARIABLE], message }];
}

function checkTasks(tasks: readonly TaskDefinition[]): Problem[] {
  const problems: Problem[] = [];
  const names = new Set<string>();
  for (const { name, timeoutMs } of tasks) {
    if (timeoutMs !== null && timeoutMs < 0)
      problems.push({ path: ['tasks', name, 'timeout'], message: 'timeout must not be negative' });
    if (isHandlerName(name))
      problems.push({
        path: ['tasks', name],
        message: `a task must not be called "${name}", the name is that of ${HANDLER_TITLES[name]}`,
      });
    if (names.has(name))
      problems.push({ path: ['tasks', name], message: `duplicate task ${JSON.stringify(name)}` });
    names.add(name);
  }
  for (const { name, dependsOn } of tasks) {
    for (const [index, dependency] of dependsOn.entries()) {
      const path = ['tasks', name, 'depends_on', index];
      if (dependency === name)
        problems.push({ path, message: `task ${JSON.stringify(name)} depends on itself` });
      else if (!names.has(dependency))
        problems.push({
          path,
          message: `missing task ${JSON.stringify(dependency)} referenced in depends_on of task ${JSON.stringify(name)}`,
        });
    }
  }
  return [...problems, ...checkCircles(tasks)];
}

/** At least one problem for every knot of circles; circles that share a task are reported once. */
function checkCircles(tasks: readonly TaskDefinition[]): Problem[] {
  const order = new Map(tasks.map(({ name }, index) => [name, index]));
  return [...findCircles(tasks)].map((circle) => {
    const first = circle.reduce((a, b) => ((order.get(a) ?? 0) <= (order.get(b) ?? 0) ? a : b));
    const start = circle.indexOf(first);
    const names = [...circle.slice(start), ...circle.slice(0, start), first];
    const shown =
      names.length > MAX_NAMES_IN_CIRCLE
        ? [...names.slice(0, MAX_NAMES_IN_CIRCLE - 2), '…', ...names.slice(-2)]
        : names;
    const dependsOn = tasks[order.get(first) ?? 0]?.dependsOn ?? [];
    return {
      path: ['tasks', first, 'depends_on', dependsOn.indexOf(names[1] ?? '')],
      message: `tasks depend on each other in a circle: ${shown.join(' → ')}`,
    };
  });
}

interface Step {
  readonly name: string;
  next: number;
  /** How deep in the path the last task stands that was yielded already; -1: none was. */
  yielded: number;
}

/** Depth first without recursion; yields what lies between the ends of an edge that leads back. A task's edge to itself is left out. */
function* findCircles(tasks: readonly TaskDefinition[]): Generator<string[]> {
  const dependencies = new Map(tasks.map(({ name, dependsOn }) => [name, dependsOn]));
  const finished = new Set<string>();
  for (const { name: root } of tasks) {
    if (finished.has(root)) continue;
    const path: Step[] = [{ name: root, next: 0, yielded: -1 }];
    const depth = new Map([[root, 0]]);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const dependency = dependencies.get(top.name)?.[top.next++];
      if (dependency === undefined) {
        finished.add(top.name);
        depth.delete(top.name);
        path.pop();
        continue;
      }
      const back = depth.get(dependency);
      if (back === undefined) {
        if (!dependencies.has(dependency) || finished.has(dependency)) continue;
        depth.set(dependency, path.length);
        path.push({ name: dependency, next: 0, yielded: top.yielded });
      } else if (dependency !== top.name && top.yielded < back) {
        const circle = path.slice(back);
        for (const [offset, step] of circle.entries()) step.yielded = back + offset;
        yield circle.map(({ name }) => name);
      }
    }
  }
}
