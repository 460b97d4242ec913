import { isCheapToCheck } from './check-cost.js';
import { parsePipelines } from './parse.js';

function isCheap(variables: string, given: Record<string, unknown>): boolean {
  const [definition] = parsePipelines(
    'f.yml',
    Buffer.from(`pipelines: {p: {variables: {${variables}}}}`),
  ).definitions;
  return isCheapToCheck(definition?.variables ?? {}, given);
}
const list = (length: number) => Array.from({ length }, (_, at) => at);

describe('variables are cheap to check', () => {
  it.each([
    ['', { any: list(100_000) }],
    ['v: string', { v: 'x'.repeat(10_000) }],
    ['v: string', { other: list(100_000) }],
    ['v: {enum: [a, b, c]}', { v: 'd' }],
    ['v: {type: integer, minimum: 1, maximum: 9, multipleOf: 2}', { v: 4 }],
    ['v: {type: array, items: {type: integer}, minItems: 1}', { v: list(300) }],
    ['v: {type: array, uniqueItems: true}', { v: list(5) }],
    ['v: {type: array, uniqueItems: false}', { v: list(300) }],
    ['v: {type: string, format: date-time}', { v: '2026-11-30T00:00:00Z' }],
    ['v: {type: object, properties: {a: {anyOf: [{type: string}, {not: {type: "null"}}]}}}', { v: { a: 1 } }],
    [
      list(30)
        .map((at) => `v${at}: string`)
        .join(),
      { v1: 'a' },
    ],
  ])('with %s and small values', (variables, given) => {
    expect(isCheap(variables, given)).toBe(true);
  });

  it.each([
    ['a pattern', 'v: {type: string, pattern: "^[a-z]+$"}', { v: 'a' }],
    ['a pattern that is not met', 'v: {type: string, pattern: "^[a-z]+$"}', {}],
    ['a pattern further down', 'v: {type: array, items: {not: {pattern: x}}}', { v: [] }],
    ['patterns for keys', 'v: {type: object, patternProperties: {"^a": {}}}', { v: {} }],
    ['a format that tries many ways', 'v: {type: string, format: email}', { v: 'a' }],
    ['a reference', 'v: {type: array, items: {$ref: "#"}}', { v: [] }],
    ['keys that nothing else looks at', 'v: {type: object, unevaluatedProperties: false}', { v: {} }],
    ['many items that have to be different', 'v: {type: array, uniqueItems: true}', { v: list(100) }],
    ['many items', 'v: {type: array, items: {type: integer}}', { v: list(1_000) }],
    ['a long text', 'v: string', { v: 'x'.repeat(100_000) }],
    ['long keys', 'v: object', { v: { ['x'.repeat(100_000)]: 1 } }],
    [
      'many values',
      list(30)
        .map((at) => `v${at}: array`)
        .join(),
      Object.fromEntries(list(30).map((at) => [`v${at}`, list(50)])),
    ],
    ['a large schema', `v: {enum: [${list(300).join()}]}`, { v: 1 }],
    [
      'many schemas',
      list(60)
        .map((at) => `v${at}: string`)
        .join(),
      {},
    ],
  ])('but not with %s', (_what, variables, given) => {
    expect(isCheap(variables, given)).toBe(false);
  });

  it('unless something is declared that is not known', () => {
    expect(isCheapToCheck({ v: { schema: { unheardOf: 1 }, required: false } }, { v: 1 })).toBe(false);
  });
});
