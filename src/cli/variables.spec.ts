import { objectOf, type Variables, withVariable, writtenOf } from './variables.js';

const read = (...written: string[]) =>
  objectOf(written.reduce<Variables>((before, one) => withVariable(one, before), new Map()));

describe('variables of the command line', () => {
  it('are texts, or JSON after :=', () => {
    expect(JSON.parse(read('a=1', 'b:=1', 'c:=["x"]', 'd=', 'e=x=y', 'f=a:=b', 'g=two\nlines'))).toEqual({
      a: '1',
      b: 1,
      c: ['x'],
      d: '',
      e: 'x=y',
      f: 'a:=b',
      g: 'two\nlines',
    });
  });

  it('stay as they were written where a number is larger than it can be here', () => {
    expect(read('n:=9007199254740993')).toBe('{"n":9007199254740993}');
  });

  it('are never a prototype', () => {
    expect(read('__proto__=x')).toBe('{"__proto__":"x"}');
  });

  it.each([
    ['a', 'expected key=text or key:=json'],
    ['=a', 'there is no key'],
    [':=1', 'there is no key'],
    ['a:=x', 'what follows := is no JSON'],
  ])('cannot be %s', (word, message) => {
    expect(() => read(word)).toThrow(message);
  });

  it('are shown as they would be written', () => {
    expect(writtenOf({ a: 'x', n: 1, l: ['y'] })).toEqual(['a=x', 'n:=1', 'l:=["y"]']);
  });
});
