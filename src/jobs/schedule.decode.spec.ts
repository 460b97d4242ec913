import fc from 'fast-check';
import { HoldfastError } from '../domain/errors.js';
import { decodeSchedule } from './schedule.decode.js';

const PREFIX = 'Error decoding JSON: ';

const read = (body: string | Buffer) => decodeSchedule(Buffer.from(body));

/** What is said of a body that is refused, without its beginning, which is always the same. */
function problem(body: string | Buffer): string {
  try {
    read(body);
  } catch (error) {
    expect(error).toBeInstanceOf(HoldfastError);
    const { code, message } = error as HoldfastError;
    expect(code).toBe('invalid_request');
    expect(message.slice(0, PREFIX.length)).toBe(PREFIX);
    return message.slice(PREFIX.length);
  }
  throw new Error('the body was taken');
}

const bytes = (...parts: (string | number)[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from([part]))));
const variables = (json: string) => `{"pipeline": "release", "variables": ${json}}`;
const lists = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);

describe('the body of a schedule', () => {
  it('is read with all its keys', () => {
    const body = read(
      '{"pipeline": "release", "variables": {"tag": "v1", "n": [1, null]}, "queuePartition": "a"}',
    );
    expect(body).toEqual({
      pipeline: 'release',
      variables: { tag: 'v1', n: [1, null] },
      queuePartition: 'a',
    });
  });

  it.each([
    ['absent', '{"pipeline": "release"}'],
    ['null', '{"pipeline": "release", "variables": null, "queuePartition": null}'],
    ['empty', '{"pipeline": "release", "variables": {}, "queuePartition": ""}'],
  ])('may have its variables and its partition %s (4.1)', (_name, json) => {
    expect(read(json)).toEqual({ pipeline: 'release', variables: {}, queuePartition: '' });
  });

  it.each(['{}', '{"pipeline": null}'])('names no pipeline and is still a body: %s', (json) => {
    expect(read(json).pipeline).toBe('');
  });

  it('may have keys that nobody knows, which are left out (4.1)', () => {
    const body = read(
      '{"pipeline": "release", "Pipeline": 1, "user": "root", "constructor": 1, "toString": 2}',
    );
    expect(Object.keys(body).sort()).toEqual(['pipeline', 'queuePartition', 'variables']);
  });

  it('counts the last of repeated keys', () => {
    expect(read('{"pipeline": "a", "pipeline": "b"}').pipeline).toBe('b');
  });

  it('may begin with a byte order mark, and have space around it', () => {
    expect(read(bytes(0xef, 0xbb, 0xbf, '{"pipeline": "release"}')).pipeline).toBe('release');
    expect(read(' \t\r\n{"pipeline": "release"}\n').pipeline).toBe('release');
  });

  it('may have any Unicode in its texts', () => {
    expect(read('{"pipeline": "\u{1f600} \\ud83d\\ude00 ä\ufeff"}').pipeline).toBe(
      '\u{1f600} \u{1f600} ä\ufeff',
    );
  });
});

describe('a body that is no JSON', () => {
  it('is called EOF when it is empty or none (4.2)', () => {
    expect(problem('')).toBe('EOF');
  });

  it.each([
    ' ',
    'nope',
    '{',
    '{"pipeline": "release"',
    "{'pipeline': 'release'}",
    '{"a": 1,}',
    '{} {}',
    '{}x',
    'NaN',
  ])('is refused with a reason: %j', (body) => {
    expect(problem(body)).not.toBe('');
  });

  it('is refused when it is nothing but a byte order mark', () => {
    expect(problem(bytes(0xef, 0xbb, 0xbf))).not.toBe('');
  });

  it.each([
    ['a byte of no character', bytes('{"pipeline": "', 0xff, '"}')],
    ['a character cut short', bytes('{"pipeline": "', 0xe2, 0x82, '"}')],
    ['a character written longer than need be', bytes('{"pipeline": "', 0xc0, 0x80, '"}')],
    ['half a character', bytes('{"pipeline": "', 0xed, 0xa0, 0x80, '"}')],
    ['Latin-1', Buffer.from('{"pipeline": "ä"}', 'latin1')],
    ['UTF-16', Buffer.from('\ufeff{"pipeline": "a"}', 'utf16le')],
  ])('is refused as not UTF-8 with %s', (_name, body) => {
    expect(problem(body)).toBe('the body is not UTF-8');
  });

  it('is refused with a NUL in it', () => {
    expect(problem(bytes('{"pipeline": "a', 0, '"}'))).not.toBe('');
    expect(problem(bytes('{"pipeline": "a"}', 0))).not.toBe('');
  });

  it('is refused when a megabyte of it only opens lists', () => {
    expect(problem('['.repeat(1024 * 1024))).not.toBe('');
  });
});

describe('a body that is something else', () => {
  it.each(['[]', '[{"pipeline": "release"}]', '"release"', 'null', 'true', '0', '1.5'])(
    'is refused: %s',
    (body) => {
      expect(problem(body)).toBe('expected an object');
    },
  );

  it.each(['1', 'true', '[]', '["release"]', '{}'])(
    'is refused with a pipeline that is no text: %s',
    (json) => {
      expect(problem(`{"pipeline": ${json}}`)).toBe('pipeline must be a string');
    },
  );

  it.each(['1', 'false', '""', '"a=b"', '[]', '[{"a": 1}]'])(
    'is refused with variables that are no object: %s',
    (json) => {
      expect(problem(variables(json))).toBe('variables must be an object');
    },
  );

  it.each(['1', 'true', '[]', '{}'])('is refused with a partition that is no text: %s', (json) => {
    expect(problem(`{"queuePartition": ${json}}`)).toBe('queuePartition must be a string');
  });

  it('is refused with a partition that no index can hold', () => {
    const partition = (length: number) => JSON.stringify({ queuePartition: '\uffff'.repeat(length) });
    expect(read(partition(500)).queuePartition).toHaveLength(500);
    expect(problem(partition(501))).toBe('queuePartition is longer than 500 characters');
  });
});

describe('a body with what cannot be kept', () => {
  it('is taken with 64 levels, its own and that of the variables included, and refused with 65', () => {
    expect(read(variables(`{"a": ${lists(62)}}`)).variables).toHaveProperty('a');
    expect(problem(variables(`{"a": ${lists(63)}}`))).toBe('nested deeper than 64 levels');
  });

  it.each([
    ['NUL in a value', '{"a": "\\u0000"}', 'a string contains NUL'],
    ['NUL in a key', '{"\\u0000": 1}', 'a string contains NUL'],
    ['half a character in a value', '{"a": ["\\ud83d"]}', 'a string is not valid Unicode'],
    ['half a character in a key', '{"a": {"\\ude00": 1}}', 'a string is not valid Unicode'],
    ['the key __proto__', '{"__proto__": {"admin": true}}', 'the key __proto__ is not allowed'],
    ['a number without end', '{"a": 1e200000}', 'a number is too large'],
  ])('is refused with %s', (_name, json, expected) => {
    expect(problem(variables(json))).toBe(expected);
  });

  it.each([
    ['{"pipeline": "a\\u0000"}', 'a string contains NUL'],
    ['{"pipeline": "\\ud83d"}', 'a string is not valid Unicode'],
    ['{"queuePartition": "a\\u0000"}', 'a string contains NUL'],
    ['{"queuePartition": "\\ud83d"}', 'a string is not valid Unicode'],
    ['{"__proto__": {"pipeline": "release"}}', 'the key __proto__ is not allowed'],
  ])('is refused outside the variables, too: %s', (json, expected) => {
    expect(problem(json)).toBe(expected);
  });

  it('leaves nothing behind in other objects', () => {
    problem(variables('{"__proto__": {"admin": true}}'));
    expect({}).not.toHaveProperty('admin');
  });
});

describe('any body', () => {
  it('is read or refused in these words', () => {
    const some = fc.oneof(
      fc.uint8Array(),
      fc.string({ unit: 'binary' }),
      fc.json(),
      fc.json().map(variables),
    );
    fc.assert(
      fc.property(some, (body) => {
        try {
          expect(typeof decodeSchedule(Buffer.from(body)).pipeline).toBe('string');
        } catch (error) {
          expect(error).toMatchObject({ code: 'invalid_request' });
          expect((error as HoldfastError).message).toMatch(/^Error decoding JSON: ./);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
