import { limitsOf, problemOf } from './limits.js';

it.each<[Record<string, unknown>, string]>([
  [{}, ''],
  [{ type: 'string', pattern: '^v[0-9]' }, 'matches ^v[0-9]'],
  [{ type: 'integer', minimum: 1, maximum: 10 }, 'a whole number, at least 1, at most 10'],
  [{ type: 'string', format: 'email', maxLength: 1 }, 'email, at most 1 character'],
  [{ type: 'array' }, 'a list, as JSON'],
  [{ type: 'constructor' }, ''],
])('says what %j asks for', (schema, text) => {
  expect(limitsOf(schema)).toBe(text);
});

it.each<[Record<string, unknown>, unknown, string | null]>([
  [{ type: 'integer' }, 1.5, 'Must be a whole number'],
  [{ type: 'integer' }, 1e3, null],
  [{ type: 'number', minimum: 1 }, 0.5, 'Must be at least 1'],
  [{ type: 'number', maximum: 10 }, 11, 'Must be at most 10'],
  [{ type: 'number', exclusiveMaximum: 10 }, 10, 'Must be less than 10'],
  [{ type: 'number', exclusiveMinimum: 0 }, 0, 'Must be more than 0'],
  [{ type: 'object' }, [], 'Must be an object, as JSON'],
  [{ type: 'object' }, null, 'Must be an object, as JSON'],
  [{ type: 'array' }, {}, 'Must be a list, as JSON'],
  [{ type: 'string', minLength: 2 }, 'x', 'Must be at least 2 characters'],
  [{ type: 'string', maxLength: 1 }, '😀', null],
  [{ type: ['integer', 'null'], minimum: 1 }, null, null],
])('of %j: %j', (schema, value, problem) => {
  expect(problemOf(schema, value)).toBe(problem);
});
