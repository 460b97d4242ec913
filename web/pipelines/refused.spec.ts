import { refusedFor } from './refused.js';

const refused = (message: string, ...names: string[]) => {
  const { wrong, rest } = refusedFor(message, names);
  return [Object.fromEntries(wrong), rest];
};

it('finds the field of each problem', () => {
  expect(
    refused(
      'Error scheduling pipeline: variable "tag" is required; variable "n" must be >= 1; variable "n" must be integer; variable "cfg": hosts[1] must be string',
      ...['tag', 'n', 'cfg'],
    ),
  ).toEqual([{ tag: 'Is required', n: 'Must be >= 1. Must be integer', cfg: 'hosts[1] must be string' }, '']);
});

it('keeps together what has a semicolon of its own', () => {
  expect(refused('Error scheduling pipeline: variable "a" must match the pattern ^x; y$', 'a')).toEqual([
    { a: 'Must match the pattern ^x; y$' },
    '',
  ]);
});

it('reads a name with quotes in it', () => {
  expect(refused('Error scheduling pipeline: variable "a \\"b\\"" must be string', 'a "b"')).toEqual([
    { 'a "b"': 'Must be string' },
    '',
  ]);
});

it('leaves what has no field to be said as a whole', () => {
  expect(
    refused(
      'Error scheduling pipeline: variable "a" is required; variable "cut of…" is required; and there is more that does not fit',
      'a',
    ),
  ).toEqual([{ a: 'Is required' }, 'Variable "cut of…" is required; and there is more that does not fit']);
  expect(refused('Error scheduling pipeline: variable __jobID is reserved', 'a')).toEqual([
    {},
    'Variable __jobID is reserved',
  ]);
  expect(refused('Pipeline is not schedulable', 'a')).toEqual([{}, 'Pipeline is not schedulable']);
});
