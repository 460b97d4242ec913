import { readIdempotencyKey } from './idempotency-key.js';

const read = (...keys: string[]) =>
  readIdempotencyKey([
    'Host',
    'localhost',
    ...keys.flatMap((key) => ['Idempotency-Key', key]),
    'Accept',
    '*/*',
  ]);

describe('the header Idempotency-Key', () => {
  it('may be missing', () => {
    expect(read()).toBeNull();
  });

  it.each(['k', '!', '~', '0b5bd5a4-5f3b-4c0e-9d0a-0f4f4b5c8c53', '"quoted"', 'a,b', 'x'.repeat(255)])(
    'is taken as it stands there: %s',
    (key) => {
      expect(read(key)).toBe(key);
    },
  );

  it.each(['idempotency-key', 'IDEMPOTENCY-KEY'])('may be spelled %s', (name) => {
    expect(readIdempotencyKey([name, 'k'])).toBe('k');
  });

  it('is no value that looks like its name', () => {
    expect(readIdempotencyKey(['X-Name', 'Idempotency-Key', 'X-Other', 'k'])).toBeNull();
  });

  it.each(['', ' ', 'a b', 'a, b', 'a\tb', 'a\u007f', 'a\u0000', '\u00e9', 'k\n', 'x'.repeat(256)])(
    'is refused as %j',
    (key) => {
      expect(() => read(key)).toThrow('Invalid Idempotency-Key');
    },
  );

  it('is refused when there are several, also of the same value', () => {
    expect(() => read('a', 'b')).toThrow('Invalid Idempotency-Key');
    expect(() => read('a', 'a')).toThrow('Invalid Idempotency-Key');
  });
});
