import { parsePipelines } from './parse.js';

function parse(yaml: string) {
  return parsePipelines('pipelines.yml', Buffer.from(yaml));
}

function definitionsOf(yaml: string) {
  const { definitions, errors } = parse(yaml);
  expect(errors).toEqual([]);
  return definitions;
}

function only(yaml: string) {
  const [definition] = definitionsOf(yaml);
  if (!definition) throw new Error('no pipeline');
  return definition;
}

describe('keys of pipelines.yml (9.2)', () => {
  it('reads every key of a pipeline, a task and on_error', () => {
    const { definitions, errors, warnings } = parse(`
pipelines:
  release:
    concurrency: 2
    queue_limit: 3
    queue_strategy: replace
    start_delay: 30s
    continue_running_tasks_after_failure: true
    retention_period: 2w
    retention_count: 10
    env:
      STAGE: live
    timeout: 2h
    variables:
      tag: {type: string, required: true}
    tasks:
      test:
        script:
          - npm ci
          - npm test
      lint:
        script: [npm run lint]
        allow_failure: true
      build:
        depends_on: [test, lint, test]
        env: {FAST: 1}
        timeout: 1h30m
        retries: 3
        retry_delay: 10s
        retry_on: [worker_lost, timeout]
        script:
          - |
            npm run build
            npm pack
    on_error:
      script: ['echo "{{ .failedTaskName }}"']
      env: {WHO: ops}
`);
    expect([errors, warnings]).toEqual([[], []]);
    expect(definitions).toEqual([
      {
        name: 'release',
        concurrency: 2,
        queueLimit: 3,
        queuePartitionLimit: null,
        queueStrategy: 'replace',
        startDelayMs: 30_000,
        continueRunningTasksAfterFailure: true,
        retentionPeriodMs: 1_209_600_000,
        retentionCount: 10,
        env: { STAGE: 'live' },
        timeoutMs: 7_200_000,
        variables: { tag: { schema: { type: 'string' }, required: true } },
        tasks: [
          {
            name: 'test',
            script: ['npm ci', 'npm test'],
            dependsOn: [],
            allowFailure: false,
            env: {},
            timeoutMs: null,
            retry: null,
          },
          {
            name: 'lint',
            script: ['npm run lint'],
            dependsOn: [],
            allowFailure: true,
            env: {},
            timeoutMs: null,
            retry: null,
          },
          {
            name: 'build',
            script: ['npm run build\nnpm pack\n'],
            dependsOn: ['test', 'lint', 'test'],
            allowFailure: false,
            env: { FAST: '1' },
            timeoutMs: 5_400_000,
            retry: { retries: 3, delayMs: 10_000, on: ['timeout', 'worker_lost'] },
          },
        ],
        onError: { script: ['echo "{{ .failedTaskName }}"'], env: { WHO: 'ops' } },
      },
    ]);
  });

  it('reads on_cancel and finally as it reads on_error (6.8)', () => {
    const handlers = 'on_cancel: {script: unlock, env: {WHO: ops}}, finally: {script: [a, b]}, on_error: ';
    const pipeline = only(`pipelines: {p: {tasks: {a: }, ${handlers}}}`);
    expect(pipeline.onCancel).toEqual({ script: ['unlock'], env: { WHO: 'ops' } });
    expect(pipeline.finally).toEqual({ script: ['a', 'b'], env: {} });
    expect(pipeline).not.toHaveProperty('onCancel', null);
    const without = only('pipelines: {p: {tasks: {a: }, on_cancel: , finally: }}');
    expect(Object.keys(without).filter((key) => key === 'onCancel' || key === 'finally')).toEqual([]);
  });

  it('has the defaults of prunner where a key is absent or null', () => {
    const defaults = {
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
      tasks: [],
      onError: null,
    };
    expect(only('pipelines: {p: }')).toEqual(defaults);
    const keys = [
      'concurrency',
      'queue_limit',
      'queue_strategy',
      'start_delay',
      'env',
      'tasks',
      'on_error',
      'timeout',
      'variables',
    ];
    expect(only(`pipelines: {p: {${keys.map((key) => `${key}: ~`).join(', ')}}}`)).toEqual(defaults);
    expect(only('pipelines: {p: {tasks: {a: }}}').tasks).toEqual([
      { name: 'a', script: [], dependsOn: [], allowFailure: false, env: {}, timeoutMs: null, retry: null },
    ]);
  });

  it('reads partitions', () => {
    const { queueStrategy, queuePartitionLimit } = only(
      'pipelines: {p: {queue_strategy: partitioned_replace, queue_partition_limit: 1, tasks: {a: }}}',
    );
    expect([queueStrategy, queuePartitionLimit]).toEqual(['partitioned_replace', 1]);
  });

  it('keeps pipelines and tasks in the order of the file, numbers as names included', () => {
    const definitions = definitionsOf('pipelines: {z: {tasks: {b: , 2: , 1: , a: }}, 1: , a: }');
    expect(definitions.map(({ name }) => name)).toEqual(['z', '1', 'a']);
    expect(definitions[0]?.tasks.map(({ name }) => name)).toEqual(['b', '2', '1', 'a']);
  });

  it.each(['true', 'True', 'yes', 'on'])('takes %s for true, as prunner does', (word) => {
    expect(only(`pipelines: {p: {tasks: {a: {allow_failure: ${word}}}}}`).tasks[0]?.allowFailure).toBe(true);
  });

  it('takes a text alone for a list of one', () => {
    const { tasks } = only('pipelines: {p: {tasks: {a: , b: {script: "echo x", depends_on: a}}}}');
    expect(tasks[1]).toMatchObject({ script: ['echo x'], dependsOn: ['a'] });
  });

  it('takes retention 0 for none, as prunner does', () => {
    expect(only('pipelines: {p: {retention_period: 0s, retention_count: 0}}')).toMatchObject({
      retentionPeriodMs: null,
      retentionCount: null,
    });
  });

  it('takes timeout 0 for none', () => {
    const { timeoutMs, tasks } = only('pipelines: {p: {timeout: 0, tasks: {a: {timeout: 0s}}}}');
    expect([timeoutMs, tasks[0]?.timeoutMs]).toEqual([null, null]);
  });

  it('reads a file with byte order mark, CRLF and document markers', () => {
    const { tasks } = only('\ufeff---\r\npipelines:\r\n  p:\r\n    tasks: {a: {script: [x]}}\r\n...\r\n');
    expect(tasks[0]?.script).toEqual(['x']);
  });
});

describe('retries', () => {
  function retryOf(keys: string) {
    return only(`pipelines: {p: {tasks: {a: {${keys}}}}}`).tasks[0]?.retry;
  }

  it('are made a second later and for every reason unless the task says otherwise', () => {
    const policy = { retries: 2, delayMs: 1_000, on: ['failure', 'timeout', 'worker_lost'] };
    expect(retryOf('retries: 2')).toEqual(policy);
    expect(retryOf('retries: 2, retry_delay: ~, retry_on: ~')).toEqual(policy);
  });

  it.each(['0', '-0', '~'])('are none with %s, which is a single attempt', (retries) => {
    expect(retryOf(`retries: ${retries}`)).toBeNull();
  });

  it('are at most 100', () => {
    expect(retryOf('retries: 100')).toMatchObject({ retries: 100 });
  });

  it('may follow without a delay', () => {
    expect(retryOf('retries: 1, retry_delay: 0')).toMatchObject({ delayMs: 0 });
  });

  it.each([
    ['timeout', ['timeout']],
    ['[worker_lost, failure]', ['failure', 'worker_lost']],
    ['[timeout, failure, timeout, timeout]', ['failure', 'timeout']],
  ])('are made on %s alone, each reason once', (reasons, on) => {
    expect(retryOf(`retries: 1, retry_on: ${reasons}`)).toMatchObject({ on });
  });

  it('can be switched off where a merge brings their other keys along, without a warning', () => {
    const { definitions, warnings } = parse(`
x-flaky: &flaky {retries: 3, retry_delay: 5s, retry_on: failure}
pipelines:
  p:
    tasks:
      a: {<<: *flaky}
      b: {<<: *flaky, retries: 0}
`);
    expect(warnings).toEqual([]);
    expect(definitions[0]?.tasks.map(({ retry }) => retry?.retries)).toEqual([3, undefined]);
  });
});

describe('scalars as written (9.4)', () => {
  const written = ['1.50', '0x10', 'yes', 'no', '010', '1e3', '1_000', 'true', '2001-01-01', '.5'];

  it.each(written)('keeps %s in env and script', (text) => {
    const { env, tasks } = only(`
pipelines:
  p:
    env: {A: ${text}}
    tasks:
      a: {env: {B: ${text}}, script: [${text}]}
`);
    expect([env['A'], tasks[0]?.env['B'], tasks[0]?.script[0]]).toEqual([text, text, text]);
  });

  it.each(['~', 'null', 'Null', 'NULL', ''])(
    'takes the null %j in env and script for an empty text',
    (text) => {
      const { env, tasks } = only(`
pipelines:
  p:
    env: {A: ${text}}
    tasks:
      a: {env: {B: ${text}}, script: [x, ${text || '~'}]}
      b: {script: ["~", 'null']}
`);
      expect([env, tasks[0]?.env, tasks[0]?.script]).toEqual([{ A: '' }, { B: '' }, ['x', '']]);
      expect(tasks[1]?.script).toEqual(['~', 'null']);
    },
  );

  it('keeps an empty value empty, quotes and escapes as YAML means them', () => {
    const { env } = only(`
pipelines:
  p:
    env:
      EMPTY:
      QUOTED: "1.50\\n\\u00e9"
      SINGLE: 'it''s'
      TAGGED: !!str 0x10
      FOLDED: >-
        one
        two
      __proto__: x
`);
    expect(Object.entries(env)).toEqual([
      ['EMPTY', ''],
      ['QUOTED', '1.50\né'],
      ['SINGLE', "it's"],
      ['TAGGED', '0x10'],
      ['FOLDED', 'one two'],
      ['__proto__', 'x'],
    ]);
  });

  it('takes concurrency 0 for 1', () => {
    expect(only('pipelines: {p: {concurrency: 0}}').concurrency).toBe(1);
  });
});

describe('anchors, aliases and merge keys (9.4)', () => {
  it('writes aliases out, the last anchor of a name before them', () => {
    const { tasks } = only(`
pipelines:
  p:
    tasks:
      a: {script: &s [one]}
      b: {script: *s}
      c: {script: &s [two]}
      d: {script: *s}
`);
    expect(tasks.map(({ script }) => script[0])).toEqual(['one', 'one', 'two', 'two']);
  });

  it('merges maps: own keys win over merged ones, the first of a list over the next, wherever << stands', () => {
    const { tasks } = only(`
x-base: &base {script: [base], allow_failure: true, env: {A: base, B: base}}
.other: &other {script: [other], depends_on: [z]}
pipelines:
  p:
    tasks:
      z: {script: [z], <<: *base}
      one: {<<: *base, env: {A: own}}
      two: {<<: [*other, *base]}
      three: {env: {<<: {A: inline}, B: own}}
      four: {<<: {<<: *base, script: [four]}}
`);
    expect(tasks).toMatchObject([
      { name: 'z', script: ['z'], allowFailure: true, env: { A: 'base', B: 'base' } },
      { name: 'one', script: ['base'], allowFailure: true, env: { A: 'own' } },
      { name: 'two', script: ['other'], dependsOn: ['z'], allowFailure: true },
      { name: 'three', env: { A: 'inline', B: 'own' } },
      { name: 'four', script: ['four'], allowFailure: true },
    ]);
    expect(tasks[1]?.env).toEqual({ A: 'own' });
  });

  it('does not merge a quoted "<<"', () => {
    expect(only('pipelines: {p: {env: {"<<": x}}}').env).toEqual({ '<<': 'x' });
  });
});

describe('durations (9.5)', () => {
  it.each([
    ['300ms', 300],
    ['1.5s', 1_500],
    ['1h30m', 5_400_000],
    ['1d', 86_400_000],
    ['"2w"', 1_209_600_000],
    ['0', 0],
  ])('reads start_delay: %s', (text, milliseconds) => {
    expect(only(`pipelines: {p: {start_delay: ${text}}}`).startDelayMs).toBe(milliseconds);
  });
});

describe('what is doubtful and no error', () => {
  it.each([
    [
      'an unknown key of a task, with the nearest known one (9.3)',
      'pipelines:\n  p:\n    tasks:\n      a:\n        dependson: []',
      'loading pipelines.yml: pipeline "p": unknown key "dependson" in task "a", did you mean "depends_on"? (line 5, column 9)',
    ],
    [
      'a key that others have, whose spelling is nearer to retry_on',
      'pipelines: {p: {tasks: {a: {retry: 2}}}}',
      'loading pipelines.yml: pipeline "p": unknown key "retry" in task "a", did you mean "retries"? (line 1, column 29)',
    ],
    [
      'retry_delay without retries',
      'pipelines:\n  p:\n    tasks:\n      a:\n        retry_delay: 5s',
      'loading pipelines.yml: pipeline "p": retry_delay of task "a" does nothing without retries (line 5, column 9)',
    ],
    [
      'retry_on without retries',
      'pipelines: {p: {tasks: {a: {retry_on: timeout, retries: ~}}}}',
      'loading pipelines.yml: pipeline "p": retry_on of task "a" does nothing without retries (line 1, column 29)',
    ],
    [
      'retries of on_error, which is tried once',
      'pipelines: {p: {tasks: {a: }, on_error: {retries: 1}}}',
      'loading pipelines.yml: pipeline "p": unknown key "retries" in on_error, known are script, env (line 1, column 42)',
    ],
    [
      'an unknown key of a pipeline',
      'pipelines:\n  p:\n    que_limit: 1\n    tasks: {a: }',
      'loading pipelines.yml: unknown key "que_limit" in pipeline "p", did you mean "queue_limit"? (line 3, column 5)',
    ],
    [
      'retries of finally, which is tried once',
      'pipelines: {p: {tasks: {a: }, finally: {retries: 1}}}',
      'loading pipelines.yml: pipeline "p": unknown key "retries" in finally, known are script, env (line 1, column 41)',
    ],
    [
      'an unknown key of on_cancel',
      'pipelines: {p: {tasks: {a: }, on_cancel: {timeout: 1s}}}',
      'loading pipelines.yml: pipeline "p": unknown key "timeout" in on_cancel, known are script, env (line 1, column 43)',
    ],
    [
      'an unknown key of on_error',
      'pipelines: {p: {tasks: {a: }, on_error: {depends_on: []}}}',
      'loading pipelines.yml: pipeline "p": unknown key "depends_on" in on_error, known are script, env (line 1, column 42)',
    ],
    [
      'an unknown key that is near none, with those that are ours set apart',
      'pipelines: {p: {tasks: {a: {image: x}}}}',
      'loading pipelines.yml: pipeline "p": unknown key "image" in task "a", known are script, depends_on, allow_failure, env, and beyond prunner\'s timeout, retries, retry_delay, retry_on, kill_signal, kill_grace, output_grace, working_dir, shell_options (line 1, column 29)',
    ],
    [
      'an unknown key of a pipeline that is near none',
      'pipelines: {p: {schedule: x, tasks: {a: }}}',
      'loading pipelines.yml: unknown key "schedule" in pipeline "p", known are concurrency, queue_limit, queue_partition_limit, queue_strategy, start_delay, continue_running_tasks_after_failure, retention_period, retention_count, env, tasks, on_error, and beyond prunner\'s timeout, variables, on_cancel, finally, kill_signal, kill_grace, output_grace, working_dir, shell_options (line 1, column 17)',
    ],
    [
      'an unknown key of the file',
      'version: 1\npipelines: {p: {tasks: {a: }}}',
      'loading pipelines.yml: unknown key "version" in the file, known are pipelines (line 1, column 1)',
    ],
    [
      'replace without a limit, which never replaces (7.3)',
      'pipelines: {p: {queue_strategy: replace, tasks: {a: }}}',
      'loading pipelines.yml: pipeline "p": queue_strategy=replace: without queue_limit the list is never full, so no job is ever replaced (line 1, column 33)',
    ],
    [
      'a negative retention_count',
      'pipelines: {p: {retention_count: -1, tasks: {a: }}}',
      'loading pipelines.yml: pipeline "p": retention_count is negative, which turns it off (line 1, column 34)',
    ],
    [
      'a negative retention_period',
      'pipelines: {p: {retention_period: -1d, tasks: {a: }}}',
      'loading pipelines.yml: pipeline "p": retention_period is negative, which turns it off (line 1, column 35)',
    ],
    [
      'a pipeline without tasks',
      'pipelines: {p: }',
      'loading pipelines.yml: pipeline "p": it has no tasks (line 1, column 13)',
    ],
    [
      'a file without pipelines',
      'pipelines:',
      'loading pipelines.yml: no pipelines are defined (line 1, column 1)',
    ],
    [
      'an unknown tag',
      'pipelines: {p: {tasks: {a: {script: [!sh x]}}}}',
      'loading pipelines.yml: decoding YAML: Unresolved tag: !sh (line 1, column 38)',
    ],
  ])('warns of %s', (_what, yaml, warning) => {
    const { errors, warnings } = parse(yaml);
    expect(errors).toEqual([]);
    expect(warnings).toEqual([warning]);
  });

  it('keeps all jobs where retention is negative or 0, as prunner does', () => {
    for (const off of ['-1', '0'])
      expect(only(`pipelines: {p: {retention_count: ${off}, retention_period: ${off}s}}`)).toMatchObject({
        retentionCount: null,
        retentionPeriodMs: null,
      });
  });

  it('reads replace without a limit as a list without one', () => {
    expect(only('pipelines: {p: {queue_strategy: replace}}')).toMatchObject({
      queueStrategy: 'replace',
      queueLimit: null,
    });
  });

  it('does not warn of a limit that cannot be read as if it were absent', () => {
    expect(parse('pipelines: {p: {queue_strategy: replace, queue_limit: x, tasks: {a: }}}').warnings).toEqual(
      [],
    );
  });

  it('does not warn of top-level keys that hold anchors', () => {
    expect(parse('x-a: 1\n.b: 2\npipelines: {p: {tasks: {a: }}}').warnings).toEqual([]);
  });
});
