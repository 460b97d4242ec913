import { harmless, oneLine } from './harmless.js';

describe('what others have written', () => {
  it.each([
    ['colours', '\x1b[31mred\x1b[0m', 'red'],
    ['a title', '\x1b]0;pwned\x07text', 'text'],
    ['a link', '\x1b]8;;http://x\x1b\\text\x1b]8;;\x1b\\', 'text'],
    ['a cleared screen', '\x1b[2Jtext', 'text'],
    ['an 8-bit escape', '\x9b31mtext', 'text'],
    ['a carriage return that would write over the line', 'bad\rgood', 'badgood'],
    ['bells, backspaces and deletes', 'a\x07b\x08c\x7f', 'abc'],
    ['text that runs the other way', 'a\u202eb', 'ab'],
    ['lines', 'one\r\ntwo\n\tthree', 'one\ntwo\n\tthree'],
    ['other languages', 'grüße 👩‍🚒', 'grüße 👩‍🚒'],
  ])('comes through as text: %s', (_what, text, shown) => {
    expect(harmless(text)).toBe(shown);
  });

  it('has no escape left however it was cut', () => {
    const text = 'a\x1b[3\x1b[1m1mb\x1b]0;\x1b]0;x\x07y\x07';
    expect(harmless(text)).not.toContain('\x1b');
  });

  it('fits on a line where it has to', () => {
    expect(oneLine('one\n  two\n')).toBe('one two ');
  });
});
