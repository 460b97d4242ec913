import fc from 'fast-check';
import { parseJobId } from './job-id.js';

const ID = '52a5cb79-7556-4c52-8e6f-dd6aaf1bc4c8';
const HEX = ID.replaceAll('-', '');

const SPELLINGS: readonly (readonly [string, (id: string) => string])[] = [
  ['canonical', (id) => id],
  ['32 hex digits', (id) => id.replaceAll('-', '')],
  ['urn:uuid:…', (id) => `urn:uuid:${id}`],
  ['{…}', (id) => `{${id}}`],
];

const inAnyCase = (text: string) =>
  fc
    .array(fc.boolean(), { minLength: text.length, maxLength: text.length })
    .map((upper) => upper.map((up, at) => (up ? text.charAt(at).toUpperCase() : text.charAt(at))).join(''));

const spelt = fc
  .tuple(fc.uuid(), fc.constantFrom(...SPELLINGS))
  .chain(([id, [, spell]]) => fc.tuple(fc.constant(id), inAnyCase(spell(id))));

describe('a job id (1.5)', () => {
  it.each(SPELLINGS)('is understood as %s and answered canonical', (_name, spell) => {
    expect(parseJobId(spell(ID))).toBe(ID);
    expect(parseJobId(spell(ID.toUpperCase()))).toBe(ID);
  });

  it.each(['00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff', '{' + ID + '}'])(
    'may be of any version: %s',
    (text) => {
      expect(parseJobId(text)).toBe(text.replace(/[{}]/g, ''));
    },
  );

  it('is understood in every spelling and case', () => {
    fc.assert(
      fc.property(spelt, ([id, text]) => {
        expect(parseJobId(text)).toBe(id);
      }),
    );
  });

  it.each([
    ['nothing', ''],
    ['a word', 'nope'],
    ['a space before', ` ${ID}`],
    ['a space after', `${ID} `],
    ['a space inside', ID.replace('-', ' ')],
    ['a newline at the end', `${ID}\n`],
    ['a newline at the end of hex digits', `${HEX}\n`],
    ['a newline before', `\n${ID}`],
    ['a carriage return at the end', `${ID}\r`],
    ['NUL at the end', `${ID}\0`],
    ['a line before', `x\n${ID}`],
    ['a line after', `${ID}\nx`],
    ['a byte order mark', `\ufeff${ID}`],
    ['a zero-width space', `${ID}\u200b`],
    ['31 digits', HEX.slice(1)],
    ['33 digits', `${HEX}0`],
    ['64 digits', HEX + HEX],
    ['a letter past f', `g${ID.slice(1)}`],
    ['a canonical one short of a digit', ID.slice(1)],
    ['a canonical one with a digit more', `${ID}0`],
    ['hyphens in other places', '52a5cb797-556-4c52-8e6f-dd6aaf1bc4c8'],
    ['some hyphens left out', '52a5cb79-75564c528e6f-dd6aaf1bc4c8'],
    ['other hyphens', ID.replaceAll('-', '\u2010')],
    ['underscores', ID.replaceAll('-', '_')],
    ['an open brace', `{${ID}`],
    ['a closed brace', `${ID}}`],
    ['two braces', `{{${ID}}}`],
    ['round brackets', `(${ID})`],
    ['quotes', `"${ID}"`],
    ['hex digits in braces', `{${HEX}}`],
    ['a urn in braces', `{urn:uuid:${ID}}`],
    ['braces in a urn', `urn:uuid:{${ID}}`],
    ['hex digits in a urn', `urn:uuid:${HEX}`],
    ['an empty urn', 'urn:uuid:'],
    ['empty braces', '{}'],
    ['half a urn', `uuid:${ID}`],
    ['another urn', `urn:guid:${ID}`],
    ['two urns', `urn:uuid:urn:uuid:${ID}`],
    ['a hex prefix', `0x${HEX.slice(2)}`],
    ['full-width digits', HEX.replaceAll('5', '\uff15')],
    ['Arabic digits', ID.replaceAll('5', '\u0665')],
    ['a Cyrillic letter for c', ID.replaceAll('c', '\u0441')],
    ['percent signs that nobody decoded', ID.replaceAll('-', '%2D')],
    ['two ids', `${ID},${ID}`],
    ['SQL', `${ID}'--`],
    ['a megabyte of digits', '0'.repeat(1_000_000)],
  ])('is not understood with %s', (_name, text) => {
    expect(parseJobId(text)).toBeNull();
  });

  it('is not understood with one character more or less', () => {
    fc.assert(
      fc.property(
        spelt,
        fc.nat(),
        fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
        ([, text], pick, more) => {
          const at = pick % (text.length + 1);
          expect(parseJobId(text.slice(0, at) + more + text.slice(at))).toBeNull();
          expect(parseJobId(text.slice(0, at) + text.slice(at + 1))).toBe(
            at < text.length ? null : parseJobId(text),
          );
        },
      ),
    );
  });

  it('is answered in a spelling that is understood as itself', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          spelt.map(([, text]) => text),
        ),
        (text) => {
          const id = parseJobId(text);
          if (id === null) return;
          expect(id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
          expect(parseJobId(id)).toBe(id);
        },
      ),
    );
  });
});
