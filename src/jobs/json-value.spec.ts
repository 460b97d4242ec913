import fc from 'fast-check';
import { inexactNumberIn, DEPTH_LIMIT, problemOf, problemOfJson as problemOfText } from './json-value.js';

const TOO_DEEP = 'nested deeper than 64 levels';
const NUL = 'a string contains NUL';
const NOT_UNICODE = 'a string is not valid Unicode';
const TOO_LARGE = 'a number is too large';
const PROTO = 'the key __proto__ is not allowed';

/** Found alike with the text and without it. */
function problemOfJson(json: string): string | null {
  const value: unknown = JSON.parse(json);
  expect(problemOfText(json, value)).toBe(problemOf(value));
  return problemOf(value);
}
const lists = (levels: number, inside = '') => '['.repeat(levels) + inside + ']'.repeat(levels);
const objects = (levels: number) => '{"a":'.repeat(levels) + '1' + '}'.repeat(levels);

describe('a JSON value', () => {
  it.each([
    'null',
    'true',
    '0',
    '-0',
    '-1.5e300',
    '1.7976931348623157e308',
    '1e-400',
    '""',
    '"\\u0001\\r\\n\\t\\u007f\\u0085\\u2028\\ufeff\\ufffd\\uffff"',
    '"\\ud83d\\ude00 \u{1f600}"',
    '[]',
    '{}',
    '{"": ""}',
    '{"constructor": 1, "prototype": 2, "toString": 3, "proto": 4, "__proto": 5, "hasOwnProperty": 6}',
    '[1, "a", null, {"b": [true, {}]}]',
  ])('is taken: %s', (json) => {
    expect(problemOfJson(json)).toBeNull();
  });

  it('is taken as it comes out of JSON, whatever it is', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        const json = JSON.stringify(value);
        fc.pre(!json.includes('__proto__') && !json.includes('\\u0000'));
        expect(problemOfJson(json)).toBeNull();
      }),
    );
  });
});

describe('depth', () => {
  it('is taken up to 64 levels, the outermost included', () => {
    expect(DEPTH_LIMIT).toBe(64);
    expect(problemOfJson(lists(64))).toBeNull();
    expect(problemOfJson(objects(64))).toBeNull();
    expect(problemOfJson(lists(64, '1, "a", null'))).toBeNull();
  });

  it('is not taken at 65 levels', () => {
    expect(problemOfJson(lists(65))).toBe(TOO_DEEP);
    expect(problemOfJson(objects(65))).toBe(TOO_DEEP);
  });

  it('counts lists and objects alike', () => {
    expect(problemOfJson(`{"a":${lists(63)}}`)).toBeNull();
    expect(problemOfJson(`{"a":${lists(64)}}`)).toBe(TOO_DEEP);
  });

  it('is found beside what is flat', () => {
    expect(problemOfJson(`[1, [], ${lists(64)}]`)).toBe(TOO_DEEP);
    expect(problemOfJson(`[${lists(63)}, ${lists(63)}]`)).toBeNull();
  });

  it('is refused without following it to its end', () => {
    expect(problemOfJson(lists(200_000))).toBe(TOO_DEEP);
  });
});

describe('text', () => {
  it.each(['"\\u0000"', '["a", "b\\u0000c"]', '{"a": {"b": "\\u0000"}}'])(
    'has no NUL as a value: %s',
    (json) => {
      expect(problemOfJson(json)).toBe(NUL);
    },
  );

  it.each(['{"\\u0000": 1}', '{"a": {"b\\u0000": 1}}', '[{"\\u0000a": 1}]'])(
    'has no NUL in a key: %s',
    (json) => {
      expect(problemOfJson(json)).toBe(NUL);
    },
  );

  it.each([
    '"\\ud800"',
    '"\\udc00"',
    '"a\\udbff"',
    '"\\ude00\\ud83d"',
    '["\\ud83d x"]',
    '{"a": "\\ud83d\\ud83d\\ude00"}',
  ])('has no half of a character as a value: %s', (json) => {
    expect(problemOfJson(json)).toBe(NOT_UNICODE);
  });

  it.each(['{"\\ud800": 1}', '{"a": {"\\udfff": 1}}', '[{"a\\ud83d": 1}]'])(
    'has no half of a character in a key: %s',
    (json) => {
      expect(problemOfJson(json)).toBe(NOT_UNICODE);
    },
  );
});

describe('a number', () => {
  it.each(['1e200000', '-1e200000', '1e309', '[1e309]', '{"a": [{"b": -1e400}]}', '9'.repeat(400)])(
    'that is no longer one is refused: %.40s',
    (json) => {
      expect(problemOfJson(json)).toBe(TOO_LARGE);
    },
  );

  it('that is none is refused', () => {
    expect(problemOf(NaN)).toBe(TOO_LARGE);
  });
});

describe('the key __proto__', () => {
  it.each([
    '{"__proto__": {}}',
    '{"a": {"__proto__": null}}',
    '[{"__proto__": 1}]',
    '{"\\u005f_proto__": 1}',
  ])('is refused: %s', (json) => {
    expect(problemOfJson(json)).toBe(PROTO);
  });

  it('is a text like any other where it is none', () => {
    expect(problemOfJson('["__proto__", {"a": "__proto__"}]')).toBeNull();
  });
});

describe('a whole number', () => {
  it.each(['12345678901234567890', '9007199254740993', '[-9007199254740993]', '{"a": 99999999999999999}'])(
    'that would be changed is found: %s',
    (json) => {
      expect(inexactNumberIn(json)).toMatch(/^-?\d+$/);
    },
  );

  it.each([
    '9007199254740991',
    '"12345678901234567890"',
    '"\\"12345678901234567890"',
    '1e300',
    '0.12345678901234567',
    '9007199254740992',
  ])('that stays what it is, or is none, is not: %s', (json) => {
    expect(inexactNumberIn(json)).toBeNull();
  });
});
