import { escapedJson, Harmless, nameOf } from './harmless.js';

const all = (text: string, colors = true) => new Harmless(colors).piece(text);

it.each([
  ['the title', 'a\x1b]0;title\x07b', 'ab'],
  ['the clipboard', 'a\x1b]52;c;aGk=\x1b\\b', 'ab'],
  ['a link', '\x1b]8;;http://evil\x1b\\text\x1b]8;;\x1b\\', 'text'],
  ['a string without an end, up to its line', 'a\x1bPq###\nb', 'a\nb'],
  ['the cursor and the screen', 'a\x1b[2J\x1b[1;1H\x1b[?1049hb', 'ab'],
  ['what the terminal would answer', 'a\x1b[6n\x1b[c\x1b[?15nb', 'ab'],
  ['a reset', 'a\x1bcb', 'ab'],
  ['another character set', 'a\x1b(0b', 'ab'],
  ['the same by C1', 'a\x9b2J\x9d0;t\x9cb', 'ab'],
  ['bells, backspaces and others', 'a\x07\x08\x0b\x0c\x7f\x00b', 'ab'],
  [
    'what hides text',
    '\x1b[8mseen\x1b[08m\x1b[8:1m\x1b[31;8m\x1b[0m',
    '\x1b[0mseen\x1b[0m\x1b[0m\x1b[31m\x1b[0m',
  ],
])('leaves out %s', (_, text, shown) => {
  expect(all(text)).toBe(shown);
});

it('shows a mark for another direction of writing, and what else is not seen, but not within emoji', () => {
  expect(all('a\u202eb\u2066c\u200bd\u2028e\u{e0041}f')).toBe('a\ufffdb\ufffdc\ufffdd\ufffde\ufffdf');
  expect(all('👩\u200d🚀 ❤\ufe0f')).toBe('👩\u200d🚀 ❤\ufe0f');
});

it('keeps colors where they are wanted, and the numbers of colors that look like something else', () => {
  const text = '\x1b[1;31mred\x1b[0m \x1b[38;5;8mgrey\x1b[m \x1b[48;2;5;6;8mrgb\x1b[0m';
  expect(all(text)).toBe(text);
  expect(all(text, false)).toBe('red grey rgb');
});

it('keeps lines and tabs, and shows of a progress bar what was printed last', () => {
  expect(all('a\tb\r\nc\n')).toBe('a\tb\nc\n');
  expect(all('10%\r20%\r\r30%\n')).toBe('10%\r\x1b[K20%\r\x1b[K30%\n');
});

it('shows the same wherever the pieces are cut', () => {
  const text = 'a\x1b[1;31mb\x1b]0;title\x07c\x1b[2Jd\r\ne\rf\x1b(0g\x9b31mh\x1b]52;c;x\x1b\\i';
  const whole = all(text);
  for (let cut = 0; cut <= text.length; cut += 1) {
    const harmless = new Harmless(true);
    expect(harmless.piece(text.slice(0, cut)) + harmless.piece(text.slice(cut))).toBe(whole);
  }
});

it('gives the terminal back with its own colors', () => {
  const harmless = new Harmless(true);
  expect(harmless.end()).toBe('');
  harmless.piece('\x1b[31mred');
  expect(harmless.end()).toBe('\x1b[0m');
  expect(harmless.end()).toBe('');
});

it('takes no longer for what is made to take long', () => {
  const start = performance.now();
  for (const text of ['\r', '\x1b[', '\x1b]', '\x1b[1', '\x1b(', '\x9b;']) all(text.repeat(100_000) + 'x');
  expect(performance.now() - start).toBeLessThan(2_000);
});

it('shows that there is something in a name that cannot be seen', () => {
  expect(nameOf('a\x1b[2Jb\nc\u202e')).toBe('a\ufffd[2Jb\ufffdc\ufffd');
});

it('escapes in JSON what JSON leaves', () => {
  const value = { a: '\x9b2J\u202e\x7f é \u{e0041}\u200b' };
  const json = escapedJson(JSON.stringify(value));
  expect(json).not.toMatch(/[\x7f-\x9f\u202e\u200b\u{e0041}]/u);
  expect(JSON.parse(json)).toEqual(value);
});
