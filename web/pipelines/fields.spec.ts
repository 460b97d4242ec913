import { fieldsOf, type Filled, filledWith, readFields } from './fields.js';

const declared = (schema: Record<string, unknown>, required = false) => ({ schema, required });
const filled = (entries: Record<string, string | Filled>) =>
  new Map(
    Object.entries(entries).map(([name, one]) => [
      name,
      typeof one === 'string' ? { text: one, json: false } : one,
    ]),
  );

it('has a field for each variable: first what is needed, then what may be left out, then what is only used', () => {
  const fields = fieldsOf({ size: declared({ type: 'integer' }), tag: declared({ type: 'string' }, true) }, [
    'tag',
    'other',
    '__jobID',
  ]);
  expect(fields.map(({ name, kind, required, declared }) => [name, kind, required, declared])).toEqual([
    ['tag', 'text', true, true],
    ['size', 'number', false, true],
    ['other', 'any', false, false],
  ]);
});

it('does not ask for what has a default', () => {
  const [field] = fieldsOf({ a: declared({ type: 'string', default: 'x' }, true) }, []);
  expect(field).toMatchObject({ required: false, standard: 'x' });
});

it('reads each kind, and leaves out what is empty', () => {
  const fields = fieldsOf(
    {
      text: declared({ type: 'string' }),
      number: declared({ type: 'number' }),
      yes: declared({ type: 'boolean' }),
      one: declared({ enum: [1, '1'] }),
      list: declared({ type: 'array' }),
      left: declared({ type: 'string' }),
    },
    ['free', 'json'],
  );
  const given = filled({
    text: '1',
    number: '1.5',
    yes: 'true',
    one: '"1"',
    list: '["a"]',
    left: ' ',
    free: '[1]',
    json: { text: '[1]', json: true },
  });
  expect(readFields(fields, given)).toEqual({
    variables: { text: '1', number: 1.5, yes: true, one: '1', list: ['a'], free: '[1]', json: [1] },
  });
});

it('says what is wrong with which field', () => {
  const fields = fieldsOf(
    {
      a: declared({ type: 'string' }, true),
      b: declared({ type: 'integer' }),
      c: declared({ type: 'object' }),
      d: declared({ type: 'integer', maximum: 10 }),
    },
    [],
  );
  expect(readFields(fields, filled({ b: 'many', c: '{', d: '11' }))).toEqual({
    wrong: new Map([
      ['a', 'Needed to start'],
      ['b', 'Not a number'],
      ['c', 'Not JSON'],
      ['d', 'Must be at most 10'],
    ]),
  });
});

it('takes a variable called __proto__ for one', () => {
  const read = readFields(fieldsOf({}, ['x', '__proto__', 'constructor']), filled({ constructor: 'c' }));
  expect(read).toEqual({ variables: { constructor: 'c' } });
});

it('begins with the values of another job, and reads them as they were', () => {
  const variables = { text: 'a', list: [1], flag: true, free: 7 };
  const fields = fieldsOf({ text: declared({ type: 'string' }), list: declared({ type: 'array' }) }, [
    'flag',
    'free',
  ]);
  const given = new Map(
    fields.map((field) => [field.name, filledWith(field, variables[field.name as keyof typeof variables])]),
  );
  expect(readFields(fields, given)).toEqual({ variables });
});
