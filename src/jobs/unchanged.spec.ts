import { isNamedIn, tagOf } from './unchanged.js';

const tag = tagOf(1746351720000000n);

test('a tag is weak, and another one for another end', () => {
  expect(tag).toMatch(/^W\/"[^"]+"$/);
  expect(tagOf(1746351720000001n)).not.toBe(tag);
});

test.each([tag, tag.slice(2), `"a", ${tag}`, `${tag},"b"`, `W/"a,b" , ${tag.slice(2)} ,`, '*', ' * '])(
  'is named in %s',
  (header) => {
    expect(isNamedIn(header, tag)).toBe(true);
  },
);

test.each(['', '""', '"a"', tag.slice(3, -1), `"${tag}`, tag.slice(0, -1), `"*"`, '"'.repeat(9000)])(
  'is not named in %s',
  (header) => {
    expect(isNamedIn(header, tag)).toBe(false);
  },
);
