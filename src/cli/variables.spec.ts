import { variablesIn } from './variables.js';

describe('variables of the command line', () => {
  it('are texts, or JSON after :=', () => {
    expect(variablesIn(['a=1', 'b:=1', 'c:=["x"]', 'd=', 'e=x=y', 'f=a:=b', 'g=two\nlines'])).toEqual({
      a: '1',
      b: 1,
      c: ['x'],
      d: '',
      e: 'x=y',
      f: 'a:=b',
      g: 'two\nlines',
    });
  });

  it('count by their last value, and are never a prototype', () => {
    expect(variablesIn(['a=1', 'a=2'])).toEqual({ a: '2' });
    const own = variablesIn(['__proto__=x']);
    expect(Object.keys(own)).toEqual(['__proto__']);
  });

  it.each([
    ['a', 'expected key=value or key:=JSON; found "a"'],
    ['=a', 'expected key=value or key:=JSON; found "=a"'],
    [':=1', 'expected key=value or key:=JSON; found ":=1"'],
    ['a:=x', 'a:= expects JSON; found "x" (a=x is a text)'],
  ])('cannot be %s', (word, message) => {
    expect(() => variablesIn([word])).toThrow(message);
  });
});
