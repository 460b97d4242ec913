import { parsePipelines } from './parse.js';

function errorsOf(yaml: string): readonly string[] {
  return parsePipelines('ci/pipelines.yml', Buffer.from(yaml)).errors;
}

const PIPELINE = 'pipelines:\n  p:\n';
const PARTITIONS_NEEDED =
  'queue_partition_limit must be defined and >=1 if queue_strategy=partitioned_replace';

describe('rules that a definition breaks (9.3)', () => {
  it.each([
    ['    concurrency: -1', 'concurrency must be greater than 0 (line 3, column 18)'],
    ['    queue_limit: -1', 'queue_limit must not be negative (line 3, column 18)'],
    ['    start_delay: -5s', 'start_delay must not be negative (line 3, column 18)'],
    ['    start_delay: 5s\n    queue_limit: 0', 'start_delay needs queue_limit > 0 (line 3, column 18)'],
    [
      '    queue_strategy: partitioned_replace\n    queue_partition_limit: 1\n    queue_limit: 2',
      'queue_limit is not allowed if queue_strategy=partitioned_replace, use queue_partition_limit instead (line 5, column 18)',
    ],
    ['    queue_strategy: partitioned_replace', `${PARTITIONS_NEEDED} (line 3, column 21)`],
    [
      '    queue_strategy: partitioned_replace\n    queue_partition_limit: 0',
      `${PARTITIONS_NEEDED} (line 4, column 28)`,
    ],
    [
      '    queue_partition_limit: 1',
      'queue_partition_limit is not allowed if queue_strategy=append|replace, use queue_limit instead (line 3, column 28)',
    ],
    ['    timeout: -1s', 'timeout must not be negative (line 3, column 14)'],
    ['    tasks: {a: {timeout: -1s}}', 'timeout must not be negative (line 3, column 26)'],
    ['    tasks: {a: {retries: -1}}', 'retries must not be negative (line 3, column 26)'],
    ['    tasks: {a: {retries: -99999999999}}', 'retries must not be negative (line 3, column 26)'],
    [
      '    tasks: {a: {retries: 1, retry_delay: -1s}}',
      'retry_delay must not be negative (line 3, column 42)',
    ],
    ['    tasks: {a: {retry_delay: -1s}}', 'retry_delay must not be negative (line 3, column 30)'],
    [
      '    tasks: {a: {retries: 1, retry_on: []}}',
      'retry_on must not be empty, known are failure, timeout, worker_lost (line 3, column 29)',
    ],
    [
      '    tasks: {a: {retries: 1, retry_on: [timeout, Failure]}}',
      'unknown reason "Failure" in retry_on, known are failure, timeout, worker_lost (line 3, column 49)',
    ],
    [
      '    tasks: {a: {retry_on: canceled}}',
      'unknown reason "canceled" in retry_on, known are failure, timeout, worker_lost (line 3, column 27)',
    ],
    [
      '    tasks:\n      b:\n        depends_on: [a]',
      'missing task "a" referenced in depends_on of task "b" (line 5, column 22)',
    ],
    [
      '    tasks:\n      b:\n        depends_on: a',
      'missing task "a" referenced in depends_on of task "b" (line 5, column 21)',
    ],
    ['    tasks:\n      a:\n        depends_on: [a]', 'task "a" depends on itself (line 5, column 22)'],
    [
      '    tasks:\n      a: {depends_on: [b]}\n      b: {depends_on: [c]}\n      c: {depends_on: [a]}',
      'tasks depend on each other in a circle: a → b → c → a (line 4, column 24)',
    ],
    [
      '    tasks:\n      on_error: {}',
      'a task must not be called "on_error", the name is that of the error handler (line 4, column 7)',
    ],
    [
      '    tasks:\n      on_cancel: {}',
      'a task must not be called "on_cancel", the name is that of the cancel handler (line 4, column 7)',
    ],
    [
      '    tasks: {finally: {}}\n    finally: {script: [x]}',
      'a task must not be called "finally", the name is that of the handler that runs last (line 3, column 13)',
    ],
    ['    tasks: {"": }', 'the name of a task must not be empty (line 3, column 13)'],
    ['    tasks: {"a\\tb": }', 'task name "a\\tb" contains control characters (line 3, column 13)'],
    [
      `    tasks: {${'n'.repeat(201)}: }`,
      `task name "${'n'.repeat(60)}…" is longer than 200 characters (line 3, column 13)`,
    ],
    ['    env: {A=B: x}', 'env name "A=B" of the pipeline must not contain "=" (line 3, column 11)'],
    ['    tasks: {a: {env: {"": x}}}', 'env of task "a" has an empty name (line 3, column 23)'],
    [
      '    on_error: {env: {"A\\nB": x}}',
      'env name "A\\nB" of on_error contains control characters (line 3, column 22)',
    ],
    ['    finally: {env: {"": x}}', 'env of finally has an empty name (line 3, column 21)'],
  ])('%s', (yaml, message) => {
    expect(errorsOf(PIPELINE + yaml)).toEqual([
      `loading ci/pipelines.yml: invalid pipeline definition "p": ${message}`,
    ]);
  });
});

describe('what cannot be decoded (9.3)', () => {
  const EMPTY = 'the file is empty, expected a map with the key "pipelines" (line 1, column 1)';
  const text = (value: string) => `pipelines: {p: {tasks: {a: {script: [${value}]}}}}`;

  it.each([
    ['', EMPTY],
    ['# nothing\n', EMPTY],
    ['~', EMPTY],
    ['[a]', 'expected a map with the key "pipelines", not a list (line 1, column 1)'],
    ['hello', 'expected a map with the key "pipelines", not "hello" (line 1, column 1)'],
    [
      'jobs: {}',
      'the key "pipelines" is missing, expected a map with the key "pipelines" (line 1, column 1)',
    ],
    ['pipeline: {}', 'the key "pipelines" is missing, did you mean it with "pipeline"? (line 1, column 1)'],
    ['pipelines: [a]', 'pipelines must be a map, not a list (line 1, column 1)'],
    ['pipelines: {p: x}', 'pipeline "p" must be a map, not "x" (line 1, column 16)'],
    ['pipelines: {p: {tasks: [a]}}', 'tasks of pipeline "p" must be a map, not a list (line 1, column 17)'],
    [
      'pipelines: {p: {tasks: {a: [x]}}}',
      'task "a" of pipeline "p" must be a map, not a list (line 1, column 25)',
    ],
    [
      'pipelines: {p: {on_error: [x]}}',
      'on_error of pipeline "p" must be a map, not a list (line 1, column 17)',
    ],
    [
      'pipelines: {p: {on_cancel: x}}',
      'on_cancel of pipeline "p" must be a map, not "x" (line 1, column 28)',
    ],
    [
      'pipelines: {p: {concurrency: many}}',
      'concurrency of pipeline "p" must be a whole number, not "many" (line 1, column 30)',
    ],
    [
      'pipelines: {p: {concurrency: "2"}}',
      'concurrency of pipeline "p" must be a whole number, not the text "2" (line 1, column 30)',
    ],
    [
      'pipelines: {p: {queue_limit: 1.5}}',
      'queue_limit of pipeline "p" must be a whole number, not "1.5" (line 1, column 30)',
    ],
    [
      'pipelines: {p: {retention_count: 99999999999}}',
      'retention_count of pipeline "p" must be at most 2147483647 (line 1, column 34)',
    ],
    [
      'pipelines: {p: {queue_strategy: foo}}',
      'unknown queue strategy: "foo", known are append, replace, partitioned_replace (line 1, column 33)',
    ],
    [
      'pipelines: {p: {queue_strategy: [append]}}',
      'queue_strategy of pipeline "p" must be text, not a list (line 1, column 17)',
    ],
    [
      'pipelines: {p: {start_delay: 10}}',
      'start_delay of pipeline "p" is an invalid duration "10": missing unit, as in "10s" (line 1, column 30)',
    ],
    [
      'pipelines: {p: {retention_period: 1 month}}',
      'retention_period of pipeline "p" is an invalid duration "1 month": unknown unit " month", known are ns, us, ms, s, m, h, d and w (line 1, column 35)',
    ],
    [
      'pipelines: {p: {tasks: {a: {timeout: 30}}}}',
      'timeout of task "a" of pipeline "p" is an invalid duration "30": missing unit, as in "30s" (line 1, column 38)',
    ],
    [
      'pipelines: {p: {tasks: {a: {retries: 101}}}}',
      'retries of task "a" of pipeline "p" must be at most 100 (line 1, column 38)',
    ],
    [
      'pipelines: {p: {tasks: {a: {retries: true}}}}',
      'retries of task "a" of pipeline "p" must be a whole number, not "true" (line 1, column 38)',
    ],
    [
      'pipelines: {p: {tasks: {a: {retries: 1, retry_delay: 5}}}}',
      'retry_delay of task "a" of pipeline "p" is an invalid duration "5": missing unit, as in "5s" (line 1, column 54)',
    ],
    [
      'pipelines: {p: {tasks: {a: {retries: 1, retry_on: {failure: }}}}}',
      'retry_on of task "a" of pipeline "p" must be a list of texts, not a map (line 1, column 41)',
    ],
    [
      'pipelines: {p: {tasks: {a: {retries: 1, retry_on: [[failure]]}}}}',
      'entry 1 of retry_on of task "a" of pipeline "p" must be text, not a list (line 1, column 52)',
    ],
    [
      'pipelines: {p: {start_delay: [1s]}}',
      'start_delay of pipeline "p" must be a duration, not a list (line 1, column 17)',
    ],
    [
      'pipelines: {p: {tasks: {a: {allow_failure: maybe}}}}',
      'allow_failure of task "a" of pipeline "p" must be true or false, not "maybe" (line 1, column 44)',
    ],
    [
      'pipelines: {p: {tasks: {a: {script: {x: y}}}}}',
      'script of task "a" of pipeline "p" must be a list of texts, not a map (line 1, column 29)',
    ],
    [
      text('x, echo a: b'),
      'entry 2 of script of task "a" of pipeline "p" must be text, not a map (a text that contains ": " or begins with "{" needs quotes) (line 1, column 41)',
    ],
    [
      'pipelines: {p: {tasks: {a: {depends_on: [{b: }]}}}}',
      'entry 1 of depends_on of task "a" of pipeline "p" must be text, not a map (a text that contains ": " or begins with "{" needs quotes) (line 1, column 42)',
    ],
    [
      text('[x]'),
      'entry 1 of script of task "a" of pipeline "p" must be text, not a list (line 1, column 38)',
    ],
    ['pipelines: {p: {env: [A=B]}}', 'env of pipeline "p" must be a map, not a list (line 1, column 17)'],
    [
      'pipelines: {p: {env: {A: [x]}}}',
      '"A" in env of pipeline "p" must be text, not a list (line 1, column 23)',
    ],
    [
      'pipelines:\n  p: {tasks: {a: }}\n  p: {tasks: {b: }}',
      'duplicate key "p", first on line 2 (line 3, column 3)',
    ],
    [
      'pipelines:\n  p:\n    tasks:\n      a: {}\n      a: {}',
      'duplicate key "a", first on line 4 (line 5, column 7)',
    ],
    [
      'x-a: &a {}\npipelines:\n  p:\n    <<: *a\n    <<: *a',
      'duplicate key "<<", write "<<: [*a, *b]" instead (line 5, column 5)',
    ],
    ['pipelines: {p: {<<: x}}', '"<<" must name a map or a list of maps, not a text (line 1, column 21)'],
    [
      'pipelines: {{a: b}: x}',
      'a key must be text, not a map (a text that begins with "{" needs quotes) (line 1, column 13)',
    ],
    ['pipelines: {[a]: x}', 'a key must be text, not a list (line 1, column 13)'],
    ['pipelines: {p: *nope}', 'alias "*nope" has no anchor before it (line 1, column 16)'],
    ['pipelines: &p {p: *p}', 'alias "*p" stands inside of what it refers to (line 1, column 19)'],
    [text('"a\\0b"'), 'NUL characters are not allowed (line 1, column 38)'],
    [text('"\\ud800"'), 'lone surrogates are not allowed (line 1, column 38)'],
    ['pipelines: {p: {env: {A: "\\0"}}}', 'NUL characters are not allowed (line 1, column 26)'],
    ['pipelines: {"p\\uDFFF": {}}', 'lone surrogates are not allowed (line 1, column 13)'],
    ['pipelines:\n\tp: {}', 'Tabs are not allowed as indentation (line 2, column 1)'],
  ])('%j', (yaml, message) => {
    expect(errorsOf(yaml)[0]).toBe(`loading ci/pipelines.yml: decoding YAML: ${message}`);
  });

  it('says what stands in the wrong encoding', () => {
    const latin1 = Buffer.from('pipelines:\n  é: {}', 'latin1');
    expect(parsePipelines('ci/pipelines.yml', latin1).errors).toEqual([
      'loading ci/pipelines.yml: decoding YAML: the file is not valid UTF-8 (line 2, column 3)',
    ]);
  });
});

describe('several mistakes', () => {
  it('are all reported, in the order of the file', () => {
    const errors = errorsOf(`
pipelines:
  p:
    concurrency: -1
    queue_limit: some
    tasks:
      a: {depends_on: [nope, b]}
      b: {depends_on: [a], allow_failure: perhaps}
  p:
  q:
    start_delay: 10
    timeout: -1s
    tasks: {a: {depends_on: nope}}
`);
    expect(errors.map((error) => error.replace('loading ci/pipelines.yml: ', ''))).toEqual([
      'invalid pipeline definition "p": concurrency must be greater than 0 (line 4, column 18)',
      'decoding YAML: queue_limit of pipeline "p" must be a whole number, not "some" (line 5, column 18)',
      'invalid pipeline definition "p": missing task "nope" referenced in depends_on of task "a" (line 7, column 24)',
      'invalid pipeline definition "p": tasks depend on each other in a circle: a → b → a (line 7, column 30)',
      'decoding YAML: allow_failure of task "b" of pipeline "p" must be true or false, not "perhaps" (line 8, column 43)',
      'decoding YAML: duplicate key "p", first on line 3 (line 9, column 3)',
      'decoding YAML: start_delay of pipeline "q" is an invalid duration "10": missing unit, as in "10s" (line 11, column 18)',
      'invalid pipeline definition "q": timeout must not be negative (line 12, column 14)',
      'invalid pipeline definition "q": missing task "nope" referenced in depends_on of task "a" (line 13, column 29)',
    ]);
  });

  it('are one where they come from one: a limit that cannot be read is not also called absent', () => {
    expect(errorsOf('pipelines: {p: {queue_strategy: replace, queue_limit: x}}')).toHaveLength(1);
    expect(errorsOf('pipelines: {p: {queue_strategy: foo, queue_partition_limit: 1}}')).toHaveLength(1);
    const retries = 'pipelines: {p: {tasks: {a: {retries: many, retry_delay: 5s, retry_on: {}}}}}';
    const { errors, warnings } = parsePipelines('p.yml', Buffer.from(retries));
    expect([errors.length, warnings.length]).toEqual([2, 0]);
  });

  it('are said once where an alias repeats them', () => {
    expect(
      errorsOf('pipelines: {p: {tasks: {a: {script: &s ["\\0"]}, b: {script: *s}, c: {script: *s}}}}'),
    ).toHaveLength(1);
  });
});
