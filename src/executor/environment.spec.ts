import { execFileSync } from 'node:child_process';
import { beyond, canBeTold, letsWait } from './environment.js';

describe('what an environment has beyond the inherited one', () => {
  test.each([
    ['nothing', { A: '1' }, { A: '1' }, {}],
    ['what is new', { A: '1' }, { A: '1', B: '2' }, { B: '2' }],
    ['what is otherwise', { A: '1' }, { A: '2' }, { A: '2' }],
    ['what is empty', { A: '1' }, { A: '', B: '' }, { A: '', B: '' }],
    ['named like a method of objects', {}, { toString: 'a' }, { toString: 'a' }],
  ])('is %s', (_what, inherited, env, own) => {
    expect(beyond(inherited, env)).toEqual(own);
  });
});

describe('a bash that is there can be told', () => {
  test.each([
    [
      'names and values of every day',
      { TASK_NAME: 'a', lower: 'ü € 😀', X1: '', PATH: '/bin', HOME: '/root' },
    ],
    [
      'names that look like those of bash',
      { HOST: 'a', MAIL_FROM: 'b', COMPANY: 'c', OPTIONS: 'd', GLOBAL: 'e' },
    ],
    ['values with lines and tabs', { A: 'a\n\tb\n' }],
    ['some values', { A: 'a'.repeat(1_000) }],
  ])('%s', (_what, env: Record<string, string>) => {
    expect(canBeTold(env)).toBe(true);
  });

  test.each([
    ['names that are none for bash', ['B.C', '1A', 'A B', '', 'É', 'A=', 'A\nB', 'BASH_FUNC_f%%']],
    ['names of the driver', ['__holdfast_entry', '_']],
    ['names for a locale', ['LANG', 'LC_ALL', 'LC_X']],
    ['names for the loader', ['LD_PRELOAD', 'LD_LIBRARY_PATH']],
    [
      'names that bash looks at',
      ['BASH_ENV', 'ENV', 'POSIXLY_CORRECT', 'GLOBIGNORE', 'EXECIGNORE', 'TZ', 'TMOUT'],
    ],
  ])('no %s', (_what, names) => {
    expect(names.filter((name) => canBeTold({ [name]: 'a' }))).toEqual([]);
  });

  test('no name that a bash with hardly an environment knows', () => {
    const list = execFileSync('bash', ['--noprofile', '--norc', '-c', 'compgen -v'], {
      env: {},
      encoding: 'utf8',
    });
    const names = list.trim().split('\n');
    expect(names).toEqual(expect.arrayContaining(['UID', 'BASHOPTS', 'IFS', 'PATH']));
    expect(names.filter((name) => name !== 'PATH' && canBeTold({ [name]: 'a' }))).toEqual([]);
  });

  test.each([
    ['no value with a control character', { A: 'a\u0001' }],
    ['no value that is no plain text', { A: 'a\0b' }],
    ['no long value', { A: 'a'.repeat(3_000) }],
    ['not many variables', Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`A${at}`, 'a']))],
  ])('%s', (_what, env: Record<string, string>) => {
    expect(canBeTold(env)).toBe(false);
  });
});

test('bash can wait with what a service inherits, but not with what lets it run, trace or time something', () => {
  expect(
    letsWait({ PATH: '/bin', LC_ALL: 'C', 'B.C': 'd', IFS: 'x', PWD: '/', _: 'x', POSIXLY_CORRECT: '1' }),
  ).toBe(true);
  const names = [
    'BASH_ENV',
    'BASH_FUNC_read%%',
    'BASHOPTS',
    'SHELLOPTS',
    'BASH_XTRACEFD',
    'TMOUT',
    'SECONDS',
  ];
  expect(names.filter((name) => letsWait({ [name]: '1' }))).toEqual([]);
});
