import { PipelinesError } from '../pipelines.error.js';
import { MAX_PATTERNS, parsePatterns } from './patterns.js';

describe('the patterns for pipeline files', () => {
  const named = (text: string) => parsePatterns(text).map((one) => (one.kind === 'file' ? one.file : null));

  it.each<[string, (string | null)[]]>([
    ['pipelines.yml', ['pipelines.yml']],
    ['./a b/größe+x@1.yml', ['./a b/größe+x@1.yml']],
    ['../other/pipelines.yml', ['../other/pipelines.yml']],
    ['a.yml,b.yml', ['a.yml', 'b.yml']],
    [' a.yml , b/*.yml ', ['a.yml', null]],
    ['**/pipelines.{yml,yaml}', [null]],
    ['{a,b}.yml,c.yml', [null, 'c.yml']],
    ['@(a,b).yml,[,].yml,c.yml', [null, null, 'c.yml']],
    ['{a,{b,c}}.yml,d.yml', [null, 'd.yml']],
    ['}a.yml,b.yml', [null, 'b.yml']],
    ['a\\,b.yml,c.yml', [null, 'c.yml']],
    ['!(a|b).yml', [null]],
  ])('in %j are files and globs', (text, files) => {
    expect(named(text)).toEqual(files);
  });

  it('match commas that have a backslash before them', () => {
    const [glob] = parsePatterns('a\\,b.yml');
    expect(glob?.kind === 'glob' && glob.matches('a,b.yml')).toBe(true);
  });

  it.each([
    ['', 'invalid pattern "" for pipeline files: an entry is empty'],
    ['a.yml,', 'invalid pattern "a.yml," for pipeline files: an entry is empty'],
    [
      'a.yml,!b.yml',
      'invalid pattern "!b.yml" for pipeline files: a pattern cannot exclude files, only name them',
    ],
    ['a/*/', 'invalid pattern "a/*/" for pipeline files: it names a folder'],
    ['a/', 'invalid pattern "a/" for pipeline files: it names a folder'],
    ['*'.repeat(70_000), `invalid pattern "${'*'.repeat(200)}…" for pipeline files: it is no glob`],
  ])('are not %.20j', (text, message) => {
    expect(() => parsePatterns(text)).toThrow(new PipelinesError([message]));
  });

  it('are at most 100', () => {
    const entries = Array.from({ length: MAX_PATTERNS }, (_, index) => `${index}.yml`);
    expect(parsePatterns(entries.join(','))).toHaveLength(100);
    expect(() => parsePatterns([...entries, 'x.yml'].join(','))).toThrow('more than 100 patterns');
  });
});
