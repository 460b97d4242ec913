import fc from 'fast-check';
import { fingerprintOf } from './fingerprint.js';
import { decodeSchedule } from './schedule.decode.js';

const of = (json: string) => fingerprintOf(decodeSchedule(Buffer.from(json)));
const ofVariables = (json: string) => of(`{"pipeline": "p", "variables": ${json}}`);

describe('the fingerprint of a schedule', () => {
  it('is 64 hex digits, the same in every version of this program', () => {
    expect(of('{"pipeline": "p", "variables": {"b": [1, {"d": null, "c": "é"}], "a": 0.5}}')).toBe(
      '386df41bfe89608a490a49792d5b3f033988e1bf80150627fa9f1ec78d75374b',
    );
  });

  it.each([
    ['the order of keys', '{"pipeline":"p","queuePartition":"q"}', '{"queuePartition":"q","pipeline":"p"}'],
    ['white space', '{"pipeline":"p"}', ' {\n"pipeline" :\t"p" } '],
    ['keys that nobody knows', '{"pipeline":"p"}', '{"pipeline":"p","user":"root"}'],
    ['variables that are null', '{"pipeline":"p"}', '{"pipeline":"p","variables":null}'],
    ['variables that are empty', '{"pipeline":"p"}', '{"pipeline":"p","variables":{}}'],
    ['a partition that is null', '{"pipeline":"p"}', '{"pipeline":"p","queuePartition":null}'],
    ['a partition that is empty', '{"pipeline":"p"}', '{"pipeline":"p","queuePartition":""}'],
    ['how a text is escaped', '{"pipeline":"\\u0070"}', '{"pipeline":"p"}'],
  ])('does not depend on %s', (_what, one, other) => {
    expect(of(one)).toBe(of(other));
  });

  it.each([
    [
      'the order of keys at any depth',
      '{"a":[{"b":1,"c":{"d":1,"e":2}}]}',
      '{"a":[{"c":{"e":2,"d":1},"b":1}]}',
    ],
    ['how a number is written', '{"a":1000,"b":0.50}', '{"a":1e3,"b":0.5}'],
    ['keys that are numbers', '{"10":1,"9":2,"a":3}', '{"a":3,"9":2,"10":1}'],
  ])('does not depend on %s', (_what, one, other) => {
    expect(ofVariables(one)).toBe(ofVariables(other));
  });

  it.each([
    ['the pipeline', '{"pipeline":"p"}', '{"pipeline":"q"}'],
    ['the partition', '{"pipeline":"p"}', '{"pipeline":"p","queuePartition":"p"}'],
    ['where a text stands', '{"pipeline":"p","queuePartition":"q"}', '{"pipeline":"q","queuePartition":"p"}'],
    ['what was composed of two characters', '{"pipeline":"\\u00e9"}', '{"pipeline":"e\\u0301"}'],
  ])('depends on %s', (_what, one, other) => {
    expect(of(one)).not.toBe(of(other));
  });

  it.each([
    ['a number, and a text of its digits', '{"a":1}', '{"a":"1"}'],
    ['null, and no key', '{"a":null}', '{}'],
    ['the order of a list', '{"a":[1,2]}', '{"a":[2,1]}'],
    ['a list, and an object with its places', '{"a":["x"]}', '{"a":{"0":"x"}}'],
    ['the next number', '{"a":9007199254740991}', '{"a":9007199254740990}'],
    ['the last digit of a fraction', '{"a":0.1}', '{"a":0.10000000000000002}'],
    ['a key, and what is in it', '{"a":{"b":1},"c":2}', '{"a":{"b":1,"c":2}}'],
    ['upper case', '{"A":1}', '{"a":1}'],
  ])('tells apart %s', (_what, one, other) => {
    expect(ofVariables(one)).not.toBe(ofVariables(other));
  });

  it('is the same for the same keys and values in any order, whatever they are', () => {
    const some = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }));
    fc.assert(
      fc.property(some, (variables) => {
        const body = { pipeline: 'p', queuePartition: '', variables };
        expect(fingerprintOf({ ...body, variables: turned(variables) as typeof variables })).toBe(
          fingerprintOf(body),
        );
      }),
    );
  });
});

/** With its keys the other way round, at every depth. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, item]) => [key, turned(item)]),
  );
}
