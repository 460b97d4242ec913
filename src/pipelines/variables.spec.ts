import fc from 'fast-check';
import type { PipelineDefinition } from '../domain/definition.js';
import { parsePipelines } from './parse.js';
import { validatorOf } from './schema.compile.js';
import { checkVariables } from './variables.js';

const FITS = { problems: [], isBrokenOff: false };

function declared(variables: string): PipelineDefinition {
  const { definitions, errors } = parsePipelines(
    'f.yml',
    Buffer.from(`pipelines: {p: {variables: {${variables}}}}`),
  );
  expect(errors).toEqual([]);
  const [definition] = definitions;
  if (!definition) throw new Error('no pipeline');
  return definition;
}

function problemsOf(variables: string, given: Record<string, unknown>): string[] {
  return checkVariables(declared(variables).variables, given).problems;
}

describe('variables of a schedule', () => {
  it('may be anything if none are declared', () => {
    const given = { a: 1, b: [null] };
    expect(checkVariables(declared('').variables, given)).toEqual({ ...FITS, variables: given });
  });

  it('may be others than those declared', () => {
    expect(checkVariables(declared('tag: string').variables, { tag: 'v1', other: 1 })).toEqual({
      ...FITS,
      variables: { tag: 'v1', other: 1 },
    });
  });

  it('get the defaults of those that are absent, and of no others, and stay as they were given', () => {
    const definition = declared(
      'a: {default: 1}, b: {default: [x], type: array}, c: {default: ~}, d: string, e: {default: z}',
    );
    const given = Object.freeze({ e: 'mine' });
    const { problems, variables } = checkVariables(definition.variables, given);
    expect(problems).toEqual([]);
    expect(variables).toEqual({ a: 1, b: ['x'], c: null, e: 'mine' });
    expect(given).toEqual({ e: 'mine' });
    expect(variables['b']).not.toBe(definition.variables['b']?.schema['default']);
  });

  it('do not get a default for null, which is a value', () => {
    expect(checkVariables(declared('a: {type: string, default: x}').variables, { a: null })).toMatchObject({
      problems: ['variable "a" must be string'],
      variables: { a: null },
    });
  });

  it('are required where the pipeline says so, a default or not', () => {
    expect(problemsOf('tag: {required: true}, b: {required: true, default: 1}', {})).toEqual([
      'variable "tag" is required',
      'variable "b" is required',
    ]);
    expect(problemsOf('tag: {required: true}', { tag: null })).toEqual([]);
  });

  it('with every problem named', () => {
    expect(
      problemsOf('tag: {required: true}, env: {enum: [staging, live]}, n: {type: integer, minimum: 1}', {
        env: 'production',
        n: 0,
      }),
    ).toEqual([
      'variable "tag" is required',
      'variable "env" must be one of "staging", "live"',
      'variable "n" must be >= 1',
    ]);
  });

  it.each<[string, unknown, string[]]>([
    ['{type: string}', 1, ['must be string']],
    ['{type: integer}', '1', ['must be integer']],
    ['{type: integer}', 1.5, ['must be integer']],
    ['{type: [integer, "null"]}', 'x', ['must be integer or null']],
    ['{type: boolean}', 'true', ['must be boolean']],
    ['{const: a}', 'b', ['must be "a"']],
    [
      '{type: string, minLength: 2, pattern: ^v}',
      'x',
      ['must have at least 2 characters', 'must match the pattern ^v'],
    ],
    ['{type: string, maxLength: 1}', 'xy', ['must have at most 1 character']],
    ['{type: string, maxLength: 1}', '😀', []],
    ['{type: string, format: email}', 'x', ['must have the format email']],
    ['{type: number, multipleOf: 5}', 3, ['must be a multiple of 5']],
    ['{type: array, minItems: 1}', [], ['must have at least 1 item']],
    ['{type: array, maxItems: 1}', [1, 2], ['must have at most 1 item']],
    ['{type: array, uniqueItems: true}', [1, 2, 1], ['must not have the same item twice, as 0 and 2 are']],
    ['{type: object, minProperties: 1}', {}, ['must have at least 1 key']],
    ['{type: object, maxProperties: 1}', { a: 1, b: 2 }, ['must have at most 1 key']],
    ['{type: object, allOf: [{required: [a, b]}]}', {}, ['must have the key "a"', 'must have the key "b"']],
    [
      '{type: object, properties: {a: {}}, additionalProperties: false}',
      { b: 1 },
      ['must not have the key "b"'],
    ],
    [
      '{type: object, properties: {a: {}}, unevaluatedProperties: false}',
      { b: 1 },
      ['must not have the key "b"'],
    ],
    [
      '{type: object, propertyNames: {maxLength: 1}}',
      { ab: 1 },
      ['must not have the key "ab": it must have at most 1 character'],
    ],
    ['{not: {const: x}}', 'x', ['must not be what the schema excludes with "not"']],
    [
      '{anyOf: [{type: string, minLength: 2}, {type: integer}]}',
      'x',
      ['must have at least 2 characters, or must be integer'],
    ],
    ['{oneOf: [{type: integer}, {type: number}]}', 1, ['must match exactly one schema in oneOf']],
    ['{if: {const: 1}, then: {const: 2}}', 1, ['must be 2']],
    [
      '{type: object, dependentRequired: {a: [b]}}',
      { a: 1 },
      ['must have property b when property a is present'],
    ],
  ])('of the schema %s: %j', (schema, value, words) => {
    expect(problemsOf(`v: ${schema}`, { v: value })).toEqual(words.map((said) => `variable "v" ${said}`));
  });

  it('with the place inside of a variable', () => {
    const hosts =
      'cfg: {type: object, properties: {hosts: {type: array, items: {anyOf: [{type: integer}, {properties: {"a b/c": {type: string}}, type: object}]}}, no: false}}';
    expect(problemsOf(hosts, { cfg: { hosts: [1, 'x', { 'a b/c': 1 }], no: 1 } })).toEqual([
      'variable "cfg": hosts[1] must be integer, or must be object',
      'variable "cfg": hosts[2] must be integer, or ["a b/c"] must be string',
      'variable "cfg": no is not allowed',
    ]);
  });

  it('are not repeated in problems, being perhaps secrets, nor are long keys', () => {
    const problems = problemsOf('a: {type: integer}, b: {type: object, additionalProperties: false}', {
      a: 'secret',
      b: { ['k'.repeat(5_000)]: 'secret' },
    });
    expect(problems.join()).not.toContain('secret');
    expect(problems.join().length).toBeLessThan(300);
  });

  it('called as objects have keys of their own are variables like others', () => {
    const given = JSON.parse('{"__proto__": 1, "constructor": 2}') as Record<string, unknown>;
    const { problems, variables } = checkVariables(
      declared('__proto__: string, toString: {default: x}').variables,
      given,
    );
    expect(problems).toEqual(['variable "__proto__" must be string']);
    expect(Object.entries(variables)).toEqual([
      ['__proto__', 1],
      ['constructor', 2],
      ['toString', 'x'],
    ]);
    expect(problemsOf('toString: {required: true}', {})).toEqual(['variable "toString" is required']);
  });
});

describe('variables that would cost much', () => {
  it('are no longer than 10,000 characters where they meet a pattern, also under "not"', () => {
    const long = 'a'.repeat(10_001);
    const message = 'variable "v" holds a text of more than 10000 characters, too long for its pattern';
    expect(problemsOf('v: {type: string, pattern: "^a+$"}', { v: long.slice(1) })).toEqual([]);
    expect(problemsOf('v: {type: string, pattern: "^a+$"}', { v: long })).toEqual([message]);
    expect(problemsOf('v: {type: string, not: {pattern: ";"}}', { v: `${long};` })).toEqual([message]);
    expect(problemsOf('v: string', { v: long })).toEqual([]);
  });

  it('are given up after a second: a pattern that hangs stops no API', () => {
    expect(
      problemsOf('u: integer, v: {type: string, pattern: "^(a+)+$"}, w: integer', {
        u: '',
        v: `${'a'.repeat(100)}b`,
      }),
    ).toEqual(['variable "u" must be integer', 'variable "v" takes too long to be checked']);
  });

  it('have not more than a hundred problems named', () => {
    const v = Array.from({ length: 100_000 }, () => 'x');
    const problems = problemsOf('v: {type: array, items: {type: integer}}', { v });
    expect(problems).toHaveLength(101);
    expect(problems[99]).toBe('variable "v": [99] must be integer');
    expect(problems[100]).toBe('and there is more that does not fit');
  });

  it('are compiled once for a definition', () => {
    const schema = declared('v: {type: string, pattern: "^v[0-9]+$"}').variables['v']?.schema ?? {};
    expect(validatorOf(schema)).toBe(validatorOf(schema));
  });
});

it('the result of a check without problems passes the check again', () => {
  const definition = declared(
    'a: {type: integer, default: 1}, b: {type: string}, c: {type: array, items: {type: integer}, default: []}',
  );
  const values = fc.record(
    { a: fc.oneof(fc.integer(), fc.string()), b: fc.string(), c: fc.array(fc.integer()), d: fc.jsonValue() },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(values, (given) => {
      const { problems, variables } = checkVariables(definition.variables, given);
      if (problems.length === 0)
        expect(checkVariables(definition.variables, variables)).toEqual({ ...FITS, variables });
      else expect(problems).toEqual(['variable "a" must be integer']);
    }),
  );
});
