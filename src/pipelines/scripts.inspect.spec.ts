import { parsePipelines } from './parse.js';

const RAW = 'raw puts the value into the script as code';
const EVAL = 'no value can stand as a command in code that is run later: the task fails';

function warningsOf(yaml: string): string[] {
  const { errors, warnings } = parsePipelines('f.yml', Buffer.from(yaml));
  expect(errors).toEqual([]);
  return warnings.map((warning) => warning.replace('loading f.yml: pipeline "p": script of ', ''));
}

describe('templates in scripts, looked over when they are loaded (8.3)', () => {
  it('have nothing said about them where they are safe', () => {
    expect(warningsOf('pipelines: {p: {tasks: {a: {script: ["echo {{ .v }}", "eval x"]}}}}')).toEqual([]);
  });

  it('are warned of in tasks and handlers, by name and place', () => {
    expect(
      warningsOf(`pipelines:
  p:
    tasks:
      one:
        script:
          - echo
          - echo {{ .v | raw }}
      two: {script: 'eval {{ .v }}'}
    on_error:
      script: ["eval {{ .failedTaskError }}"]
    on_cancel:
      script: ["echo {{ .jobStatus }}; eval {{ .failedTaskError }}"]
    finally: {script: 'eval {{ .jobStatus }}'}
`),
    ).toEqual([
      `task "one": ${RAW} (line 7, column 13)`,
      `task "two": ${EVAL} (line 8, column 21)`,
      `on_error: ${EVAL} (line 10, column 16)`,
      `on_cancel: ${EVAL} (line 12, column 16)`,
      `finally: ${EVAL} (line 13, column 23)`,
    ]);
  });

  it('that do not parse fail when their turn comes (6.4), which is no error now', () => {
    expect(warningsOf('pipelines: {p: {tasks: {a: {script: ["echo {{ foo }}"]}}}}')).toEqual([
      'task "a" fails when its turn comes: template: interpolate:1: function "foo" not defined (line 1, column 38)',
    ]);
  });

  const PIECE = '{{ .v | raw }}';

  it.each([
    ['a literal block', `|\n            echo é\n              ${PIECE}\n`, 8, 18],
    ['one without its last line break', `|-\n            ${PIECE}\n`, 7, 16],
    ['one with empty lines first', `|\n\n  \n            ${PIECE}\n`, 9, 16],
    ['one that says its indentation', `|1\n            echo ${PIECE}\n`, 7, 21],
    ['one with an anchor and a comment', `&x |+ # here\n            a\n            b ${PIECE}\n`, 8, 18],
    ['one with a tag on another line', `!!str\n            |\n            ${PIECE}\n`, 8, 16],
    ['one with characters of several bytes', `|\n            é😀 ${PIECE}\n`, 7, 20],
    ['one with other line breaks', `|\r\n            a\r\n            b ${PIECE}\r\n`, 8, 18],
  ])('are found in their line of %s', (_what, script, line, column) => {
    expect(
      warningsOf(`pipelines:\n  p:\n    tasks:\n      b:\n        script:\n          - ${script}`),
    ).toEqual([`task "b": ${RAW} (line ${line}, column ${column})`]);
  });

  it.each([
    ['a folded block', `>\n            a\n            ${PIECE}\n`],
    ['a quoted text', `"a\n            ${PIECE}"\n`],
    ['a plain text', `a\n            ${PIECE}\n`],
  ])("are found where %s begins, whose lines are not the script's", (_what, script) => {
    expect(
      warningsOf(`pipelines:\n  p:\n    tasks:\n      b:\n        script:\n          - ${script}`),
    ).toEqual([`task "b": ${RAW} (line 6, column 13)`]);
  });

  it('are warned of for each task that an alias gives them to', () => {
    expect(
      warningsOf(`pipelines: {p: {tasks: {a: {script: &s ["${PIECE}"]}, b: {script: *s}}}}`).map((text) =>
        text.slice(0, 8),
      ),
    ).toEqual(['task "a"', 'task "b"']);
  });

  it('are not looked for in entries of more than 64 KiB, which is said', () => {
    expect(
      warningsOf(`pipelines: {p: {tasks: {a: {script: ["${PIECE}${'x'.repeat(64 * 1024)}"]}}}}`),
    ).toEqual([
      'task "a" is not looked over for unsafe places: its entries are over 64 KiB (line 1, column 38)',
    ]);
  });

  it('are no error in a script that is one', () => {
    const { errors, warnings } = parsePipelines(
      'f.yml',
      Buffer.from(`pipelines: {p: {tasks: {a: {script: [{x: y}, "${PIECE}"]}, b: {script: "{{"}}}}`),
    );
    expect(errors).toHaveLength(1);
    expect(warnings).toEqual([expect.stringContaining(RAW), expect.stringContaining('unclosed action')]);
  });
});
