import fc from 'fast-check';
import { parsePipelines } from './parse.js';

function parse(variables: string) {
  const yaml = `pipelines:\n  p:\n    tasks: {a: }\n    variables:\n${variables.replace(/^/gm, '      ')}`;
  return parsePipelines('f.yml', Buffer.from(yaml));
}

/** `given` stands on line 5 and begins in column 7. */
function errorsOf(variables: string): string[] {
  const before = 'loading f.yml: invalid pipeline definition "p": ';
  return parse(variables).errors.map((error) => error.replace(before, ''));
}

function warningsOf(variables: string): string[] {
  const { errors, warnings } = parse(variables);
  expect(errors).toEqual([]);
  return warnings.map((warning) => warning.replace('loading f.yml: pipeline "p": ', ''));
}

function variablesOf(variables: string) {
  const { definitions, errors, warnings } = parse(variables);
  expect([errors, warnings]).toEqual([[], []]);
  return definitions[0]?.variables;
}

describe('declared variables', () => {
  it('are read with all that a schema may say, `required` apart', () => {
    expect(
      variablesOf(`
tag:
  type: string
  pattern: "^v[0-9]+$"
  minLength: 2
  description: What to release
  required: true
stage: {type: string, enum: [staging, live], default: staging, required: no}
count: {type: [integer, "null"], minimum: 1, maximum: 0x10, multipleOf: 1, default: ~}
mail: {type: string, format: email}
hosts:
  type: array
  maxItems: 10
  items:
    type: object
    required: [name]
    properties: {name: {type: string}, port: {$ref: "#/$defs/port"}}
    additionalProperties: false
  $defs: {port: {type: integer, exclusiveMinimum: 0}}
`),
    ).toEqual({
      tag: {
        schema: { type: 'string', pattern: '^v[0-9]+$', minLength: 2, description: 'What to release' },
        required: true,
      },
      stage: { schema: { type: 'string', enum: ['staging', 'live'], default: 'staging' }, required: false },
      count: {
        schema: { type: ['integer', 'null'], minimum: 1, maximum: 16, multipleOf: 1, default: null },
        required: false,
      },
      mail: { schema: { type: 'string', format: 'email' }, required: false },
      hosts: {
        schema: {
          type: 'array',
          maxItems: 10,
          items: {
            type: 'object',
            required: ['name'],
            properties: { name: { type: 'string' }, port: { $ref: '#/$defs/port' } },
            additionalProperties: false,
          },
          $defs: { port: { type: 'integer', exclusiveMinimum: 0 } },
        },
        required: false,
      },
    });
  });

  it('may be the name of a type alone, or nothing', () => {
    expect(variablesOf('a: string\nb:\nc: "null"\nd: {}')).toEqual({
      a: { schema: { type: 'string' }, required: false },
      b: { schema: {}, required: false },
      c: { schema: { type: 'null' }, required: false },
      d: { schema: {}, required: false },
    });
  });

  it('keep their order and names that objects have of their own', () => {
    expect(Object.entries(variablesOf('b: string\n__proto__: integer\na:\ntoString:') ?? {})).toEqual([
      ['b', { schema: { type: 'string' }, required: false }],
      ['__proto__', { schema: { type: 'integer' }, required: false }],
      ['a', { schema: {}, required: false }],
      ['toString', { schema: {}, required: false }],
    ]);
  });

  it('have values of YAML 1.2, unlike env and script', () => {
    const values = '[1, -2, 1.50, 0o17, 1e3, .5, true, False, ~, null, yes, "1", !!str 1, 010, [a, {b: 1}]]';
    expect(variablesOf(`a: {enum: ${values}}`)?.['a']?.schema).toEqual({
      enum: [1, -2, 1.5, 15, 1000, 0.5, true, false, null, null, 'yes', '1', '1', 10, ['a', { b: 1 }]],
    });
  });

  it('may have all that JSON Schema has for describing values, and for combining schemas', () => {
    const schema = `
a:
  title: A
  description: It is one
  $comment: not shown
  examples: [x]
  deprecated: true
  readOnly: true
  writeOnly: false
  type: [string, array, object]
  contentEncoding: base64
  contentMediaType: text/plain
  prefixItems: [true, {const: 1}]
  items: false
  contains: {type: integer}
  minContains: 1
  maxContains: 2
  dependentSchemas: {a: {minProperties: 2}}
  dependentRequired: {a: [b]}
  patternProperties: {"^x-": {type: string}}
  unevaluatedProperties: false
  unevaluatedItems: false
  if: {type: array}
  then: {minItems: 1, maxItems: 5, type: array}
  else: {maxProperties: 5, type: object}
  oneOf: [{$ref: "#/$defs/any"}]
  $defs: {any: true}
`;
    expect(Object.keys(variablesOf(schema)?.['a']?.schema ?? {})).toHaveLength(25);
  });

  it('may be shared by anchors and merge keys', () => {
    expect(
      variablesOf('a: &a {type: string, required: true}\nb: *a\nc: {<<: *a, minLength: 1}'),
    ).toMatchObject({
      b: { schema: { type: 'string' }, required: true },
      c: { schema: { type: 'string', minLength: 1 }, required: true },
    });
  });

  it.each([
    ['a: {typ: string}', 'unknown keyword "typ", did you mean "type"? (line 5, column 11)'],
    [
      'a: {type: object, properties: {b: {type: array, items: {minimun: 1}}}}',
      'unknown keyword "minimun" in properties.b.items, did you mean "minimum"? (line 5, column 63)',
    ],
    [
      'a: {anyOf: [{image: 1}]}',
      'unknown keyword "image" in anyOf[0], known are those of JSON Schema (draft 2020-12) (line 5, column 20)',
    ],
    ['a: {type: strng}', 'unknown type "strng", did you mean "string"? (line 5, column 17)'],
    ['a: {type: list}', 'unknown type "list", did you mean "array"? (line 5, column 17)'],
    [
      'a: {type: constructor}',
      'unknown type "constructor", known are string, number, integer, boolean, array, object, null (line 5, column 17)',
    ],
    [
      'a: {type: date}',
      'unknown type "date", known are string, number, integer, boolean, array, object, null (line 5, column 17)',
    ],
    ['a: {type: [string, null]}', 'the type null needs quotes: "null" (line 5, column 26)'],
    ['a: {type: string, format: emial}', 'unknown format "emial", did you mean "email"? (line 5, column 33)'],
    [
      'a: {type: string, pattern: "("}',
      'pattern is not a regular expression: Unterminated group (line 5, column 34)',
    ],
    [
      'a: {type: object, patternProperties: {"[": {}}}',
      'patternProperties is not a regular expression: Unterminated character class (line 5, column 45)',
    ],
    ['a: {type: string, minLength: -1}', 'minLength must be >= 0 (line 5, column 36)'],
    ['a: {type: string, minLength: "1"}', 'minLength must be integer (line 5, column 36)'],
    ['a: {oneOf: x}', 'oneOf must be array (line 5, column 18)'],
    ['a: {type: array, items: [string]}', 'items must be object or boolean (line 5, column 24)'],
    ['a: {enum: []}', 'enum must have non-empty array (line 5, column 7)'],
    ['a: {$ref: "#/$defs/b"}', '$ref "#/$defs/b" leads nowhere (line 5, column 7)'],
    [
      'a: {$ref: "https://example.org/schema"}',
      '$ref must begin with "#", as it can only be a part of the same variable (line 5, column 17)',
    ],
    ['a: {$ref: "#"}', 'cannot be checked, as its schema refers to itself without end (line 5, column 7)'],
    [
      'a: {type: string, default: 1.50}',
      'its default must be string, which needs quotes (line 5, column 34)',
    ],
    ['a: {enum: [b, c], default: d}', 'its default must be one of "b", "c" (line 5, column 34)'],
    [
      'a: {type: array, items: {type: integer}, default: [1, x]}',
      'its default [1] must be integer (line 5, column 48)',
    ],
    [
      'a: {type: integer, default: 12345678901234567890}',
      'the number 12345678901234567890 is too large to be exact, in quotes it is a text (line 5, column 35)',
    ],
    [
      'a: {type: number, maximum: .inf}',
      'the number .inf does not exist in JSON, in quotes it is a text (line 5, column 34)',
    ],
    [
      'a: {required: [b]}',
      'required must be true or false, not a list (keys that an object needs: "allOf: [{required: [key]}]") (line 5, column 11)',
    ],
    [
      'a: {type: object, properties: {b: {required: true}}}',
      'properties.b.required must be a list of the keys that must be there, not "true" (line 5, column 52)',
    ],
    ['a: {requird: true}', 'unknown keyword "requird", did you mean "required"? (line 5, column 11)'],
    [
      'a: strng',
      'expected a JSON Schema or the name of a type: unknown type "strng", did you mean "string"? (line 5, column 10)',
    ],
    ['a: [x]', 'expected a JSON Schema or the name of a type: not a list (line 5, column 7)'],
    ['a: {then: {}}', '"then" without "if" is ignored (line 5, column 7)'],
  ])('refuse %s', (yaml, message) => {
    expect(errorsOf(yaml)).toEqual([`variable "a": ${message}`]);
  });

  it.each([
    [
      '__jobID: string',
      'a variable must not be called "__jobID", the name is that of the job\'s id (line 5, column 16)',
    ],
    ['"": string', 'the name of a variable must not be empty (line 5, column 7)'],
    [
      `${'n'.repeat(201)}: string`,
      `variable name "${'n'.repeat(60)}…" is longer than 200 characters (line 5, column 7)`,
    ],
    [
      Array.from({ length: 201 }, (_, i) => `v${i}:`).join('\n'),
      'more than 200 variables (line 4, column 5)',
    ],
    [
      `a: {description: ${'x'.repeat(64 * 1024)}}`,
      'variable "a": its schema is larger than 64 KiB (line 5, column 7)',
    ],
    [
      `a: &a {description: ${'x'.repeat(60 * 1024)}}\n${'bcde'.replace(/./g, '$&: *a\n')}`,
      'variables are larger than 256 KiB (line 4, column 5)',
    ],
  ])('refuse %#', (yaml, message) => {
    expect(errorsOf(yaml)).toEqual([message]);
  });

  it('called jobStatus are warned of where a handler has one of its own (6.8)', () => {
    const warningsWith = (handler: string) =>
      parsePipelines(
        'f.yml',
        Buffer.from(
          `pipelines: {p: {variables: {jobStatus: string}, tasks: {a: }, ${handler}: {script: x}}}`,
        ),
      ).warnings;
    expect(warningsWith('on_error')).toEqual([]);
    for (const handler of ['on_cancel', 'finally'])
      expect(warningsWith(handler)).toEqual([
        expect.stringContaining('on_cancel and finally cannot see it') as string,
      ]);
  });

  it('must be a map', () => {
    expect(parsePipelines('f.yml', Buffer.from('pipelines: {p: {variables: [a]}}')).errors).toEqual([
      'loading f.yml: decoding YAML: variables of pipeline "p" must be a map, not a list (line 1, column 17)',
    ]);
    expect(parse('a: {required: maybe}').errors).toEqual([
      'loading f.yml: decoding YAML: required of variable "a" of pipeline "p" must be true or false, not "maybe" (line 5, column 21)',
    ]);
  });

  it('are all reported', () => {
    expect(
      errorsOf('a: {typ: 1, patern: x}\nb: {type: string, minLength: -1, maxLength: x}\nc: x'),
    ).toHaveLength(5);
  });

  it.each([
    ['my-tag: string', 'my-tag', 'templates can only write it as {{ index . "my-tag" }} (line 5, column 7)'],
    [
      'failedTaskName: string',
      'failedTaskName',
      'handlers cannot see it, as they have one of this name of their own (line 5, column 7)',
    ],
    [
      'a: {type: string, default: x, required: true}',
      'a',
      'it is required, so its default is never used (line 5, column 25)',
    ],
    [
      'a: {pattern: ^v}',
      'a',
      'pattern only looks at values of type string and lets all others pass, add "type" (line 5, column 20)',
    ],
    [
      'a: {type: object, properties: {b: {minimum: 1}}}',
      'a',
      'properties.b.minimum only looks at values of type number and lets all others pass, add "type" (line 5, column 51)',
    ],
    [
      'a: {type: string, enum: [1.10, b]}',
      'a',
      '"1.1" in enum can never be given: it must be string, which needs quotes (line 5, column 32)',
    ],
    [
      'a: {type: object, properties: {"b c/d": {minLength: 1}}}',
      'a',
      'properties["b c/d"].minLength only looks at values of type string and lets all others pass, add "type" (line 5, column 59)',
    ],
    [
      'a: {type: object, properties: {b: {default: 1}}}',
      'a',
      'properties.b.default has no effect, only the default of the variable itself has (line 5, column 42)',
    ],
  ])('are warned of: %s', (yaml, name, warning) => {
    expect(warningsOf(yaml)).toEqual([`variable "${name}": ${warning}`]);
  });

  it('of any kind end in definitions or in messages that name the file', () => {
    const keyword = fc.constantFrom(
      ...[
        'type',
        'enum',
        'pattern',
        'properties',
        'items',
        'default',
        'required',
        'minLength',
        'format',
        '$ref',
      ],
      ...[
        'anyOf',
        'not',
        'if',
        'then',
        '$defs',
        'const',
        'x',
        '__proto__',
        'uniqueItems',
        'patternProperties',
      ],
    );
    const { node } = fc.letrec((tie) => ({
      node: fc.oneof(
        { maxDepth: 5, withCrossShrink: true },
        fc.constantFrom('string', 'object', '^a', '#', '#/$defs/x', 'email', 1, -1, 0.5, true, false, null),
        fc.array(tie('node'), { maxLength: 3 }),
        fc.dictionary(keyword, tie('node'), { maxKeys: 4 }),
      ),
    }));
    fc.assert(
      fc.property(fc.dictionary(fc.string(), node, { maxKeys: 3 }), (variables) => {
        const yaml = JSON.stringify({ pipelines: { p: { variables } } });
        const { definitions, errors, warnings } = parsePipelines('f.yml', Buffer.from(yaml));
        for (const message of [...errors, ...warnings])
          expect(message).toMatch(/^loading f\.yml: [^]* \(line 1, column \d+\)$/);
        expect(Object.keys(definitions[0]?.variables ?? {})).toEqual(Object.keys(variables));
      }),
      { numRuns: 300 },
    );
  });
});
