/** Decides which variables of a task can be given to a bash that was started before, with what all tasks inherit. */

export type Environment = Readonly<Record<string, string>>;

/** Returns the variables that are new, or differ from the inherited ones. */
export function beyond(inherited: Environment, env: Environment): Environment {
  return Object.fromEntries(Object.entries(env).filter(([name, value]) => inherited[name] !== value));
}

/** Those mean something to bash, or to what starts a program: set later, they would not do all that they do at a start. */
const SPECIAL_NAMES = new Set(
  [
    'CHILD_MAX COLUMNS COMPREPLY COPROC DIRSTACK EMACS ENV EUID EXECIGNORE FCEDIT FIGNORE FUNCNAME FUNCNEST',
    'GLOBIGNORE GLOBSORT GROUPS HOSTFILE HOSTNAME HOSTTYPE IFS IGNOREEOF INPUTRC INSIDE_EMACS LANG LANGUAGE LINENO',
    'LINES LOCPATH MACHTYPE MAIL MAILCHECK MAILPATH MAPFILE NLSPATH OLDPWD OPTARG OPTERR OPTIND OSTYPE',
    'OUTPUT_CHARSET PIPESTATUS POSIXLY_CORRECT POSIX_PEDANTIC PPID PWD RANDOM REPLY SECONDS SHELL SHELLOPTS SHLVL SRANDOM TERM',
    'TERMCAP TERMINFO TIMEFORMAT TMOUT TZ TZDIR UID auto_resume histchars ignoreeof',
  ].flatMap((names) => names.split(' ')),
);
const SPECIAL_BEGINNING =
  /^(_|BASH|COMP_|DYLD_|EPOCH|GCONV_|GLIBC_|HIST|LC_|LD_|MALLOC_|PROMPT_|PS\d|READLINE_|TEXTDOMAIN)/;
const PLAIN_VALUE = /^[\P{Cc}\n\t]*$/u;
/** Bash reads them byte by byte; with more, another one is started as quickly. */
const MOST = 2_000;

/** A few variables that mean nothing to bash, with values of plain text. */
export function canBeTold(env: Environment): boolean {
  const all = Object.entries(env);
  const length = all.reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  return length <= MOST && all.every(([name, value]) => isOrdinary(name) && PLAIN_VALUE.test(value));
}

const isOrdinary = (name: string) =>
  /^[A-Za-z]\w*$/.test(name) && !SPECIAL_NAMES.has(name) && !SPECIAL_BEGINNING.test(name);

/** With others, bash would run something of its own before it waits, trace it, not wait for long, or count the time. */
export const letsWait = (env: Environment): boolean =>
  !Object.keys(env).some((name) => /^(BASH|(SECONDS|SHELLOPTS|TMOUT)$)/.test(name));
