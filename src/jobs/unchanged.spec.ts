import { endStateOf, isNamedIn, tagOf } from './unchanged.js';

const tag = tagOf('1746351720000000');

test('a tag is weak, and another one for another end', () => {
  expect(tag).toMatch(/^W\/"[^"]+"$/);
  expect(tagOf('1746351720000001')).not.toBe(tag);
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

test('a job that has ended changes with its reruns, and one that has not is never kept', () => {
  const states = [
    endStateOf(7n),
    endStateOf(8n),
    endStateOf(7n, ['b', 'a']),
    endStateOf(7n, ['b']),
    endStateOf(7n, ['c']),
  ];
  expect(new Set(states).size).toBe(states.length);
  expect(endStateOf(null, ['a'])).toBeNull();
});
