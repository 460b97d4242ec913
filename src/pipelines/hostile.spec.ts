import fc from 'fast-check';
import { MAX_PROBLEMS_PER_FILE } from './limits.js';
import { parsePipelines } from './parse.js';

function errorsOf(yaml: string): readonly string[] {
  return parsePipelines('p.yml', Buffer.from(yaml)).errors;
}

const KIB = 1024;

describe('limits', () => {
  it.each([
    [
      'a file over 1 MiB',
      () => `pipelines: {}\n#${'x'.repeat(KIB * KIB)}`,
      'decoding YAML: the file is larger than 1 MiB (line 1, column 1)',
    ],
    [
      'a billion laughs',
      () => {
        const lines = ['l0: &l0 [lol]'];
        for (let i = 1; i < 12; i++)
          lines.push(
            `l${i}: &l${i} [${Array(10)
              .fill(`*l${i - 1}`)
              .join(', ')}]`,
          );
        return `x-l:\n  ${lines.join('\n  ')}\npipelines: {p: {tasks: {a: {script: *l11}}}}`;
      },
      'decoding YAML: with its aliases written out the file is larger than 16 MiB (line 8, column 27)',
    ],
    [
      'a billion laughs by merge keys',
      () => {
        const lines = ['l0: &l0 {a: b}'];
        for (let i = 1; i < 12; i++)
          lines.push(
            `l${i}: &l${i} {<<: [${Array(10)
              .fill(`*l${i - 1}`)
              .join(', ')}]}`,
          );
        return `x-l:\n  ${lines.join('\n  ')}\npipelines: {p: {env: *l11}}`;
      },
      'decoding YAML: with its aliases written out the file is larger than 16 MiB (line 8, column 22)',
    ],
    [
      'a long text repeated by aliases',
      () => `x: &x ${'x'.repeat(100 * KIB)}\npipelines: {p: {tasks: {a: {script: [${'*x,'.repeat(200)}]}}}}`,
      'decoding YAML: with its aliases written out the file is larger than 16 MiB (line 2, column 524)',
    ],
    [
      'lists 101 deep',
      () => `pipelines: ${'['.repeat(101)}${']'.repeat(101)}`,
      'decoding YAML: nested deeper than 100 levels (line 1, column 112)',
    ],
    [
      'more than 5000 tasks',
      () => `pipelines: {p: {tasks: {${Array.from({ length: 5_001 }, (_, i) => `t${i}: `).join(', ')}}}}`,
      'invalid pipeline definition "p": more than 5000 tasks (line 1, column 17)',
    ],
    [
      'more than 50000 dependencies',
      () => {
        const names = Array.from({ length: 1_000 }, (_, i) => `t${i}`);
        const tasks = Array.from({ length: 51 }, (_, i) => `u${i}: {depends_on: *all}`);
        return `x: &all [${names.join(', ')}]\npipelines: {p: {tasks: {${[...names.map((name) => `${name}: `), ...tasks].join(', ')}}}}`;
      },
      'invalid pipeline definition "p": more than 50000 entries in depends_on of all tasks (line 2, column 17)',
    ],
    [
      'a script over 256 KiB',
      () => `pipelines: {p: {tasks: {a: {script: [${'x'.repeat(256 * KIB + 1)}]}}}}`,
      'invalid pipeline definition "p": script of task "a" is larger than 256 KiB (line 1, column 29)',
    ],
    [
      'a handler of more than 1000 entries',
      () => `pipelines: {p: {finally: {script: [${'x,'.repeat(1_001)}]}}}`,
      'invalid pipeline definition "p": script of finally has more than 1000 entries (line 1, column 27)',
    ],
    [
      'a script of more than 1000 entries',
      () => `pipelines: {p: {on_error: {script: [${'x,'.repeat(1_001)}]}}}`,
      'invalid pipeline definition "p": script of on_error has more than 1000 entries (line 1, column 28)',
    ],
    [
      'a variable that no process can be given',
      () => `pipelines: {p: {env: {A: ${'x'.repeat(128 * KIB - 3)}}}}`,
      'invalid pipeline definition "p": env "A" of the pipeline is larger than 128 KiB (line 1, column 17)',
    ],
    [
      'an env over 512 KiB',
      () => `pipelines: {p: {env: {${'ABCDEF'.replace(/./g, `$&: ${'x'.repeat(100 * KIB)},`)}}}}`,
      'invalid pipeline definition "p": env of the pipeline is larger than 512 KiB (line 1, column 17)',
    ],
  ])('refuse %s', (_what, yaml, message) => {
    expect(errorsOf(yaml())).toEqual([`loading p.yml: ${message}`]);
  });

  it('allow what lies just within them', () => {
    const tasks = Array.from({ length: 5_000 }, (_, i) => `t${i}: {depends_on: [t${Math.max(0, i - 1)}]}`);
    tasks[0] = 't0: ';
    expect(errorsOf(`pipelines: {p: {tasks: {${tasks.join(', ')}}}}`)).toEqual([]);
    expect(errorsOf(`pipelines: {p: {env: {A: ${'x'.repeat(128 * KIB - 4)}}}}`)).toEqual([]);
    expect(errorsOf(`pipelines: {p: {tasks: {a: {script: [${'x'.repeat(256 * KIB)}]}}}}`)).toEqual([]);
  });

  it('bound the number of problems reported', () => {
    const errors = errorsOf(`pipelines: {${Array.from({ length: 2_000 }, (_, i) => `p${i}: x`).join(', ')}}`);
    expect(errors).toHaveLength(MAX_PROBLEMS_PER_FILE + 1);
    expect(errors.at(-1)).toBe('loading p.yml: more than 1000 problems, the rest is left out');
  });

  it.each([
    ['[', '['],
    ['{a: ', '{a: '],
    ['- ', '- '],
    ['? ', '? '],
    ['"', '"'],
    ['&a ', '&a '],
    ['! ', '! '],
    ['# ', '#\n'],
    ['\t', '\t'],
  ])('a file of nothing but %j is answered', (_what, piece) => {
    expect(errorsOf(piece.repeat(20_000)).length).toBeGreaterThan(0);
  });
});

describe('any file', () => {
  const words = fc.constantFrom(
    ...[
      'pipelines',
      'p',
      'a',
      'tasks',
      'script',
      'depends_on',
      'env',
      'on_error',
      'finally',
      'concurrency',
      '<<',
      '10',
    ],
    ...[':', ': ', '- ', '\n', '\n  ', '\n    ', '{', '}', '[', ']', ', ', '&a ', '*a', '!!str ', '"', "'"],
    ...[
      '|',
      '>',
      '#',
      '? ',
      '---\n',
      '...\n',
      '%YAML 1.1\n',
      '\t',
      '\r\n',
      '\\ud800',
      '\u0000',
      '\ufeff',
      '~',
    ],
  );

  it('of YAML in pieces ends in definitions or in messages that name it', () => {
    fc.assert(
      fc.property(fc.array(words, { maxLength: 60 }), (pieces) => {
        const { errors, warnings } = parsePipelines('p.yml', Buffer.from(pieces.join('')));
        for (const message of [...errors, ...warnings])
          expect(message).toMatch(/^loading p\.yml: [^]* \(line \d+, column \d+\)$/);
      }),
      { numRuns: 2_000 },
    );
  });

  it('whose structure is a map of anything ends likewise', () => {
    const value = fc.letrec((tie) => ({
      node: fc.oneof(
        { maxDepth: 6, withCrossShrink: true },
        fc.oneof(fc.string({ unit: 'binary' }), fc.integer(), fc.double(), fc.boolean(), fc.constant(null)),
        fc.array(tie('node'), { maxLength: 3 }),
        fc.dictionary(
          fc.oneof(
            fc.constantFrom(
              ...[
                'tasks',
                'script',
                'depends_on',
                'env',
                'on_error',
                'on_cancel',
                'queue_strategy',
                'a',
                '<<',
              ],
              ...['retries', 'retry_delay', 'retry_on'],
            ),
            fc.string(),
          ),
          tie('node'),
          { maxKeys: 4 },
        ),
      ),
    })).node;
    fc.assert(
      fc.property(fc.dictionary(fc.string(), value, { maxKeys: 3 }), (pipelines) => {
        const { definitions, errors } = parsePipelines('p.yml', Buffer.from(JSON.stringify({ pipelines })));
        for (const message of errors)
          expect(message).toMatch(/^loading p\.yml: [^]* \(line \d+, column \d+\)$/);
        if (errors.length === 0)
          expect(definitions.map(({ name }) => name).sort()).toEqual(Object.keys(pipelines).sort());
      }),
      { numRuns: 500 },
    );
  });

  it('of random bytes ends likewise', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(Array.isArray(parsePipelines('p.yml', bytes).errors)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });
});
