import fc from 'fast-check';
import { checkDefinition, isQueueStrategy } from './definition.check.js';
import type { PipelineDefinition, TaskDefinition } from './definition.js';

function task(name: string, ...dependsOn: string[]): TaskDefinition {
  return { name, script: [], dependsOn, allowFailure: false, env: {}, timeoutMs: null, retry: null };
}

function pipeline(overrides: Partial<PipelineDefinition> = {}): PipelineDefinition {
  return {
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
    tasks: [task('a')],
    onError: null,
    ...overrides,
  };
}

const PARTITIONS_NEEDED =
  'queue_partition_limit must be defined and >=1 if queue_strategy=partitioned_replace';

describe('limits of a definition (9.3)', () => {
  it.each<[string, Partial<PipelineDefinition>, string, string]>([
    ['negative concurrency', { concurrency: -1 }, 'concurrency', 'concurrency must be greater than 0'],
    ['concurrency 0, once read', { concurrency: 0 }, 'concurrency', 'concurrency must be greater than 0'],
    ['a negative queue_limit', { queueLimit: -1 }, 'queue_limit', 'queue_limit must not be negative'],
    ['a negative start_delay', { startDelayMs: -1 }, 'start_delay', 'start_delay must not be negative'],
    [
      'start_delay without a wait list',
      { startDelayMs: 1, queueLimit: 0 },
      'start_delay',
      'start_delay needs queue_limit > 0',
    ],
    [
      'queue_limit for partitions',
      { queueStrategy: 'partitioned_replace', queueLimit: 1, queuePartitionLimit: 1 },
      'queue_limit',
      'queue_limit is not allowed if queue_strategy=partitioned_replace, use queue_partition_limit instead',
    ],
    [
      'no limit for partitions',
      { queueStrategy: 'partitioned_replace' },
      'queue_strategy',
      PARTITIONS_NEEDED,
    ],
    [
      'a limit of 0 for partitions',
      { queueStrategy: 'partitioned_replace', queuePartitionLimit: 0 },
      'queue_partition_limit',
      PARTITIONS_NEEDED,
    ],
    [
      'queue_partition_limit without partitions',
      { queuePartitionLimit: 1 },
      'queue_partition_limit',
      'queue_partition_limit is not allowed if queue_strategy=append|replace, use queue_limit instead',
    ],
    ['a negative timeout', { timeoutMs: -1 }, 'timeout', 'timeout must not be negative'],
  ])('refuses %s', (_what, overrides, key, message) => {
    expect(checkDefinition(pipeline(overrides))).toEqual([{ path: [key], message }]);
  });

  it.each<[string, Partial<PipelineDefinition>]>([
    ['the defaults', {}],
    ['queue_limit 0', { queueLimit: 0 }],
    ['start_delay with an unbounded list', { startDelayMs: 1 }],
    ['start_delay with a bounded list', { startDelayMs: 1, queueLimit: 1 }],
    ['replace with queue_limit', { queueStrategy: 'replace', queueLimit: 1 }],
    ['partitions with their limit', { queueStrategy: 'partitioned_replace', queuePartitionLimit: 1 }],
    ['no tasks', { tasks: [] }],
  ])('allows %s', (_what, overrides) => {
    expect(checkDefinition(pipeline(overrides))).toEqual([]);
  });

  it('names every problem, not only the first', () => {
    const problems = checkDefinition(
      pipeline({ concurrency: -1, queueLimit: -1, queuePartitionLimit: 1, tasks: [task('a', 'b')] }),
    );
    expect(problems.map(({ path }) => path[0])).toEqual([
      'concurrency',
      'queue_limit',
      'queue_partition_limit',
      'tasks',
    ]);
  });

  it('knows the three queue strategies and no other', () => {
    expect(['append', 'replace', 'partitioned_replace'].every(isQueueStrategy)).toBe(true);
    expect(['', 'Append', 'foo', 'toString'].some(isQueueStrategy)).toBe(false);
  });
});

it('refuses a variable called __jobID, which templates have for the id of the job (8.4)', () => {
  const variable = { schema: {}, required: false };
  expect(checkDefinition(pipeline({ variables: { tag: variable, __jobID: variable } }))).toEqual([
    {
      path: ['variables', '__jobID'],
      message: 'a variable must not be called "__jobID", the name is that of the job\'s id',
    },
  ]);
});

describe('tasks of a definition (9.3)', () => {
  function problemsOf(...tasks: TaskDefinition[]) {
    return checkDefinition(pipeline({ tasks }));
  }
  function circlesOf(...tasks: TaskDefinition[]): string[] {
    return problemsOf(...tasks).map(({ message }) => message);
  }

  it('refuses a dependency on a task that is not there, and says where it stands', () => {
    expect(problemsOf(task('b', 'c', 'a'), task('c'))).toEqual([
      {
        path: ['tasks', 'b', 'depends_on', 1],
        message: 'missing task "a" referenced in depends_on of task "b"',
      },
    ]);
  });

  it.each([
    ['on_cancel', 'the cancel handler'],
    ['finally', 'the handler that runs last'],
  ])('refuses a task called %s (6.8)', (name, title) => {
    const message = `a task must not be called "${name}", the name is that of ${title}`;
    expect(problemsOf(task(name))).toEqual([{ path: ['tasks', name], message }]);
  });

  it('refuses a task called on_error (6.6)', () => {
    expect(problemsOf(task('on_error'))).toEqual([
      {
        path: ['tasks', 'on_error'],
        message: 'a task must not be called "on_error", the name is that of the error handler',
      },
    ]);
  });

  it('refuses a task with a negative timeout', () => {
    expect(problemsOf({ ...task('a'), timeoutMs: -1 }, { ...task('b'), timeoutMs: 1 })).toEqual([
      { path: ['tasks', 'a', 'timeout'], message: 'timeout must not be negative' },
    ]);
  });

  it('refuses a task that depends on itself', () => {
    expect(problemsOf(task('a', 'a'))).toEqual([
      { path: ['tasks', 'a', 'depends_on', 0], message: 'task "a" depends on itself' },
    ]);
  });

  it('refuses two tasks of one name', () => {
    expect(problemsOf(task('a'), task('a'))).toEqual([
      { path: ['tasks', 'a'], message: 'duplicate task "a"' },
    ]);
  });

  it('allows repeated dependencies (3.6), diamonds, and names that objects have of their own', () => {
    expect(problemsOf(task('a'), task('b', 'a', 'a'), task('c', 'a'), task('d', 'b', 'c'))).toEqual([]);
    expect(problemsOf(task('__proto__'), task('constructor', '__proto__'))).toEqual([]);
    expect(circlesOf(task('a', 'toString'))).toEqual([
      'missing task "toString" referenced in depends_on of task "a"',
    ]);
  });

  it('names a circle, beginning with its first task in the file', () => {
    expect(problemsOf(task('x', 'b'), task('a', 'y', 'b'), task('y'), task('b', 'a'))).toEqual([
      {
        path: ['tasks', 'a', 'depends_on', 1],
        message: 'tasks depend on each other in a circle: a → b → a',
      },
    ]);
  });

  it('names each of several circles, and of those that share a task one', () => {
    expect(
      circlesOf(task('a', 'b', 'c'), task('b', 'a'), task('c', 'a'), task('d', 'e', 'a'), task('e', 'd')),
    ).toEqual([
      'tasks depend on each other in a circle: a → b → a',
      'tasks depend on each other in a circle: d → e → d',
    ]);
  });

  it('shortens a circle of thousands, and needs no stack for it', () => {
    const tasks = Array.from({ length: 50_000 }, (_, i) => task(`t${i}`, `t${(i + 1) % 50_000}`));
    expect(circlesOf(...tasks)).toEqual([
      expect.stringMatching(/^tasks depend on each other in a circle: t0 → t1 → .* → … → t49999 → t0$/),
    ]);
  });

  it('is quick where every task depends on every other', () => {
    const names = Array.from({ length: 700 }, (_, i) => `t${i}`);
    const tasks = names.map((name) => task(name, ...names.filter((other) => other !== name)));
    expect(circlesOf(...tasks).length).toBeGreaterThan(0);
  });

  it('finds a circle in a random graph exactly if there is one, and every circle it names is one', () => {
    const size = 8;
    const edges = fc.array(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), { maxLength: 14 });
    fc.assert(
      fc.property(edges, (pairs) => {
        const tasks = Array.from({ length: size }, (_, i) =>
          task(`t${i}`, ...pairs.filter(([from, to]) => from === i && to !== i).map(([, to]) => `t${to}`)),
        );
        const messages = circlesOf(...tasks);
        expect(messages.length > 0).toBe(!canBeOrdered(tasks));
        for (const message of messages) {
          const names = message.replace('tasks depend on each other in a circle: ', '').split(' → ');
          expect(names[0]).toBe(names.at(-1));
          for (const [i, name] of names.slice(0, -1).entries())
            expect(tasks.find((t) => t.name === name)?.dependsOn).toContain(names[i + 1]);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

/** By taking away, again and again, what depends on nothing that is left. */
function canBeOrdered(tasks: readonly TaskDefinition[]): boolean {
  let left = [...tasks];
  for (;;) {
    const names = new Set(left.map(({ name }) => name));
    const rest = left.filter(({ dependsOn }) => dependsOn.some((name) => names.has(name)));
    if (rest.length === left.length) return rest.length === 0;
    left = rest;
  }
}
