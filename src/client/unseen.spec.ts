import { hasUnseen, markLine, markOutput, markText } from './unseen.js';

it.each([
  ['the direction of writing', 'nice\u202eexe.png', 'nice\ufffdexe.png'],
  [
    'all of its controls',
    'a\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069b',
    `a${'\ufffd'.repeat(12)}b`,
  ],
  ['no width', 'a\u200b\u2060\u2063\ufeff\u00ad\u034f\u180eb', `a${'\ufffd'.repeat(7)}b`],
  ['fillers', 'a\u115f\u1160\u3164\uffa0b', `a${'\ufffd'.repeat(4)}b`],
  ['tags', 'a\u{e0041}\u{e0001}b', 'a\ufffd\ufffdb'],
  ['notes between lines', 'a\ufff9b\ufffac\ufffb', 'a\ufffdb\ufffdc\ufffd'],
  ['separators of lines and paragraphs', 'a\u2028b\u2029c', 'a\ufffdb\ufffdc'],
  ['controls of C1', 'a\x85b\x9b2Jc', 'a\ufffdb\ufffd2Jc'],
  ['joiners between letters that do not join', 'pay\u200dpal\u200c', 'pay\ufffdpal\ufffd'],
  ['selectors behind what has no variants', 'a\ufe0fb\u{e0101}', 'a\ufffdb\ufffd'],
  ['joiners at the ends', '\u200d\u{1f469}\u200d', '\ufffd\u{1f469}\ufffd'],
])('marks %s', (_what, text, shown) => {
  expect([markOutput, markText, markLine].map((mark) => mark(text))).toEqual([shown, shown, shown]);
  expect(hasUnseen(text)).toBe(true);
});

it.each([
  ['letters, accents, other scripts and emoji', 'é e\u0301 ü ж 漢 עברית العربية 😀 🇩🇪'],
  [
    'emoji that are joined or have a variant',
    '👩\u200d🚀 👩🏽\u200d🚀 ❤\ufe0f\u200d🔥 👨\u200d👩\u200d👧 1\ufe0f\u20e3 ☎\ufe0f',
  ],
  ['joiners in words that have them', 'می\u200cخواهم क्\u200dष ශ්\u200dරී'],
  ['variants of ideographs', '葛\u{e0100}'],
  ['spaces', 'a\u00a0b\u3000c'],
])('leaves %s', (_what, text) => {
  expect([markOutput, markText, markLine].map((mark) => mark(text))).toEqual([text, text, text]);
});

it('takes controls of ASCII for what they are: of a terminal in output, unseen in a text, and lines unseen in a name', () => {
  const text = 'a\nb\tc\rd\x1b[2Je\0f\x7f';
  expect(markOutput(text)).toBe(text);
  expect(markText(text)).toBe('a\nb\tc\rd\ufffd[2Je\ufffdf\ufffd');
  expect(markLine(text)).toBe('a\ufffdb\ufffdc\ufffdd\ufffd[2Je\ufffdf\ufffd');
});

it('needs no more time than there is text', () => {
  for (const character of ['\u202e', '\u200d', '\ufe0f', 'ü', '👩\u200d']) {
    const text = character.repeat(200_000);
    expect(markText(text).length).toBeGreaterThan(0);
  }
});
