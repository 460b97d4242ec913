/** What of a task's environment a bash can be told that was started before, with what all tasks inherit. */

export type Environment = Readonly<Record<string, string>>;

/** What it has beyond the inherited one, or otherwise; null where it lacks something of that. */
export function beyond(inherited: Environment, env: Environment): Environment | null {
  if (!Object.keys(inherited).every((name) => Object.hasOwn(env, name))) return null;
  return Object.fromEntries(Object.entries(env).filter(([name, value]) => inherited[name] !== value));
}

/**
 * Names that mean something to bash itself or to what starts a program, by how they begin. Set later, they would not
 * do what they do from the start on.
 */
const SPECIAL = new RegExp(
  `^(${[
    ...[
      '_',
      'BASH',
      'CHILD_MAX',
      'COLUMNS',
      'COMP',
      'COPROC',
      'DIRSTACK',
      'EMACS',
      'ENV$',
      'EPOCH',
      'EUID',
      'EXECIGNORE',
    ],
    ...[
      'FCEDIT',
      'FIGNORE',
      'FUNC',
      'GLOB',
      'GROUPS',
      'HIST',
      'HOST',
      'IFS',
      'IGNOREEOF',
      'INPUTRC',
      'INSIDE_EMACS',
    ],
    ...[
      'LINENO',
      'LINES',
      'MACHTYPE',
      'MAIL',
      'MAPFILE',
      'OLDPWD',
      'OPT',
      'OSTYPE',
      'PIPESTATUS',
      'POSIX',
      'PPID',
    ],
    ...[
      'PROMPT_',
      'PS\\d',
      'PWD',
      'RANDOM',
      'READLINE',
      'REPLY',
      'SECONDS',
      'SHELL',
      'SHLVL',
      'SRANDOM',
      'TERM',
    ],
    ...['TEXTDOMAIN', 'TIMEFORMAT', 'TMOUT', 'TZ', 'UID', 'auto_resume', 'hist', 'ignoreeof'],
    ...['DYLD_', 'GCONV_', 'GLIBC_', 'LANG', 'LC_', 'LD_', 'LOCPATH', 'MALLOC_', 'NLSPATH', 'OUTPUT_CHARSET'],
  ].join('|')})`,
);
/** A bash reads them byte by byte, and a longer one than exec takes is an error. */
const PLAIN_VALUE = /^[\P{Cc}\n\t]{0,1000}$/u;
const MOST = 50;

/** A few names that mean nothing to bash, with short values of plain text. */
export function canBeTold(env: Environment): boolean {
  const all = Object.entries(env);
  return all.length <= MOST && all.every(([name, value]) => isOrdinary(name) && PLAIN_VALUE.test(value));
}

const isOrdinary = (name: string) => /^[A-Za-z]\w*$/.test(name) && !SPECIAL.test(name);

/** With others, bash would run something of its own before it waits, trace it, or not wait for long. */
export const letsWait = (env: Environment): boolean =>
  !Object.keys(env).some((name) => /^(BASH|SHELLOPTS$|TMOUT$)/.test(name));
