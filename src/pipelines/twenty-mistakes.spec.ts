import { parsePipelines } from './parse.js';

/** Each is one that somebody makes; each message is to be acted on without a manual. */
const FILE = `version: 2
pipelines:
  build:
    concurency: 2
    concurrency: many
    timeout: 30
    variables:
      tag: {type: string, patern: "^v"}
      stage: {type: string, enum: [staging, live], default: production}
      version: {type: string, default: 1.50}
      count: {type: int}
      __jobID: string
    tasks:
      test:
        script:
          - npm test
          - echo result: done
      test:
        script: [npm run other]
      pack:
        depends_on: [tests]
        allow_failure: sometimes
        script:
          - |
            npm pack
            echo {{ tag }}
          - |
            eval "{{ .tag }}"
      ship:
        depends_on: [notify]
      notify:
        depends_on: [ship]
      on_error:
        script: [echo failed]
  deploy:
    queue_partition_limit: 1
    tasks: {a: {script: [x], depends_on: [a]}}
  mirror:
    queue_strategy: partitioned
    start_delay: 5 min
    tasks: {a: {env: [A=B]}}
  sweep:
    queue_limit: 0
    start_delay: 1m
    timeout: -1d
`;

const ERRORS = [
  'decoding YAML: concurrency of pipeline "build" must be a whole number, not "many" (line 5, column 18)',
  'decoding YAML: timeout of pipeline "build" is an invalid duration "30": missing unit, as in "30s" (line 6, column 14)',
  'invalid pipeline definition "build": variable "tag": unknown keyword "patern", did you mean "pattern"? (line 8, column 27)',
  'invalid pipeline definition "build": variable "stage": its default must be one of "staging", "live" (line 9, column 61)',
  'invalid pipeline definition "build": variable "version": its default must be string, which needs quotes (line 10, column 40)',
  'invalid pipeline definition "build": variable "count": unknown type "int", did you mean "integer"? (line 11, column 21)',
  'invalid pipeline definition "build": a variable must not be called "__jobID", the name is that of the job\'s id (line 12, column 16)',
  'decoding YAML: entry 2 of script of task "test" of pipeline "build" must be text, not a map (a text that contains ": " or begins with "{" needs quotes) (line 17, column 13)',
  'decoding YAML: duplicate key "test", first on line 14 (line 18, column 7)',
  'invalid pipeline definition "build": missing task "tests" referenced in depends_on of task "pack" (line 21, column 22)',
  'decoding YAML: allow_failure of task "pack" of pipeline "build" must be true or false, not "sometimes" (line 22, column 24)',
  'invalid pipeline definition "build": tasks depend on each other in a circle: ship → notify → ship (line 30, column 22)',
  'invalid pipeline definition "build": a task must not be called "on_error", the name is that of the error handler (line 33, column 7)',
  'invalid pipeline definition "deploy": queue_partition_limit is not allowed if queue_strategy=append|replace, use queue_limit instead (line 36, column 28)',
  'invalid pipeline definition "deploy": task "a" depends on itself (line 37, column 43)',
  'decoding YAML: unknown queue strategy: "partitioned", known are append, replace, partitioned_replace (line 39, column 21)',
  'decoding YAML: start_delay of pipeline "mirror" is an invalid duration "5 min": unknown unit " min", known are ns, us, ms, s, m, h, d and w (line 40, column 18)',
  'decoding YAML: env of task "a" of pipeline "mirror" must be a map, not a list (line 41, column 17)',
  'invalid pipeline definition "sweep": start_delay needs queue_limit > 0 (line 44, column 18)',
  'invalid pipeline definition "sweep": timeout must not be negative (line 45, column 14)',
];

const WARNINGS = [
  'unknown key "version" in the file, known are pipelines (line 1, column 1)',
  'unknown key "concurency" in pipeline "build", did you mean "concurrency"? (line 4, column 5)',
  'pipeline "build": script of task "pack" fails when its turn comes: template: interpolate:2: function "tag" not defined (line 26, column 13)',
  'pipeline "build": script of task "pack": no value can stand as a command in code that is run later: the task fails (line 28, column 22)',
  'pipeline "sweep": it has no tasks (line 42, column 3)',
];

it('a file with twenty different mistakes is answered with a message for each', () => {
  const { errors, warnings } = parsePipelines('pipelines.yml', Buffer.from(FILE));
  const plain = (messages: readonly string[]) =>
    messages.map((text) => text.replace('loading pipelines.yml: ', ''));
  expect(errors).toHaveLength(20);
  expect(plain(errors)).toEqual(ERRORS);
  expect(plain(warnings)).toEqual(WARNINGS);
});
