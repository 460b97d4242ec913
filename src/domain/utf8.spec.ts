import { wholeCharacters } from './utf8.js';

const cut = (...bytes: number[]) => wholeCharacters(Uint8Array.from(bytes));

describe('bytes are cut between two characters', () => {
  it('nowhere where all of them are whole', () => {
    for (const text of ['', 'a', 'äöü', '€', '👩‍🚒']) {
      const bytes = new TextEncoder().encode(text);
      expect(wholeCharacters(bytes)).toBe(bytes.length);
    }
  });

  it.each(['ä', '€', '👩'])('before %s, as long as a byte of it is missing', (character) => {
    const bytes = new TextEncoder().encode(`a${character}`);
    for (let length = 2; length < bytes.length; length++)
      expect(wholeCharacters(bytes.subarray(0, length))).toBe(1);
  });

  it('not before what is no beginning of a character, which nothing can make whole', () => {
    expect(cut(0x61, 0xff)).toBe(2);
    expect(cut(0x61, 0xc0)).toBe(2);
    expect(cut(0x80, 0x80, 0x80, 0x80)).toBe(4);
    expect(cut(0x61, 0xe2, 0x61)).toBe(3);
  });

  it('so that all pieces together are the text, wherever they are cut', () => {
    const bytes = new TextEncoder().encode('aä€👩z');
    for (let at = 0; at <= bytes.length; at++) {
      const first = bytes.subarray(0, at);
      const whole = wholeCharacters(first);
      const texts = [first.subarray(0, whole), bytes.subarray(whole)].map((piece) =>
        new TextDecoder('utf-8', { fatal: true }).decode(piece),
      );
      expect(texts.join('')).toBe('aä€👩z');
    }
  });
});
