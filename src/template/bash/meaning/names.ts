/** Names of variables that mean something to the shell, to the loader or to us, and so may not come from a value. */

/** Begins the names of the variables that hold values. */
export const PREFIX = 'HOLDFAST_VALUE_';

/** What bash evaluates when they are assigned to. */
const INTEGERS = new Set(['BASHPID', 'HISTCMD', 'OPTIND', 'RANDOM', 'SECONDS', 'SRANDOM', 'LINENO']);

/** Bash expands or runs what they hold, or reads scripts in another way because of them. */
const RUN_BY_BASH =
  /^(?:PS[0-4]|PROMPT_COMMAND|ENV|SHELLOPTS|POSIXLY_CORRECT|FUNCNEST|MAILPATH|HISTFILE|histchars|BASH.*|HOLDFAST_.*|__holdfast_.*)$/;

/** Names that bash does more with than to keep a text, as far as they can be listed. */
export const SPECIAL_NAMES: readonly string[] = [
  ...INTEGERS,
  ...['PS0', 'PS1', 'PS2', 'PS3', 'PS4', 'PROMPT_COMMAND', 'ENV', 'BASH_ENV', 'BASH_ARGV0', 'SHELLOPTS'],
  ...['BASHOPTS', 'BASH_XTRACEFD', 'POSIXLY_CORRECT', 'FUNCNEST', 'MAILPATH', 'HISTFILE', 'BASH_COMPAT'],
];

/** Besides: what bash sets or uses itself. */
const SHELL =
  /^(?:_|CDPATH|CHILD_MAX|COLUMNS|COMP.*|COPROC|DIRSTACK|E?UID|EMACS|EPOCH.*|EXECIGNORE|FCEDIT|FIGNORE|FUNCNAME|GLOB.*|GROUPS|HIST.*|HOME|HOST.*|IFS|IGNOREEOF|INPUTRC|INSIDE_EMACS|LINES|MACHTYPE|MAIL.*|MAPFILE|OLDPWD|OPT.*|OSTYPE|PATH|PIPESTATUS|PPID|PROMPT.*|PWD|READLINE.*|REPLY|SHELL|SHLVL|TERM.*|TIMEFORMAT|TMOUT|TMPDIR|USER|LOGNAME)$/;

/**
 * The dynamic loader, the C library, interpreters and programs that run other programs read code or commands from them,
 * or the name of a file that has some.
 */
const OTHER_PROGRAMS = [
  /^(?:LD_.*|DYLD_.*|GLIBC_.*|MALLOC_.*|GCONV_PATH|LOCPATH|NLSPATH|RES_OPTIONS|HOSTALIASES|GETCONF_DIR|NODE_.*|NPM_.*|PYTHON.*|PERL.*|RUBY.*|GEM_.*|BUNDLE_.*|LUA_.*|PHPRC|PHP_.*|JAVA_.*|_JAVA_.*|JDK_.*|CLASSPATH|GO.*|RUST.*|CARGO_.*|GIT_.*|SSH_.*|RSYNC_.*|DOCKER_.*|KUBECONFIG|MAKE.*|.*FLAGS|EDITOR|VISUAL|.*PAGER|BROWSER|LESS.*|MAN.*|AWK.*|.*_PROXY|.*_proxy|PRUNNER_.*|PG.*|MYSQL_.*)$/,
  /^(?:.*_OPTS|.*_OPTIONS|.*_EDITOR|.*_ASKPASS|.*_PRELOAD|.*_SSH|.*_RSH|DOTNET_.*|OPENSSL_.*|ANSIBLE_.*|AWS_.*FILE|XDG_.*|PSQLRC|CURL_.*|WGETRC|CC|CXX|CPP|LD|AS|AR|ZDOTDIR|VIM.*|EXINIT|SUDO_.*|TF_.*|R_.*|GTK_.*|QT_.*|CMAKE_.*|YARN_.*|npm_.*|HG.*|TEXTDOMAIN.*|GNUPGHOME)$/,
];

/** Whether a program, or the loader, runs what a variable of this name says. */
export function isRunByPrograms(name: string): boolean {
  return /^(?:PATH|BASH_ENV|ENV|LD_.*|DYLD_.*|NODE_OPTIONS|PYTHON(?:PATH|STARTUP|HOME)|PERL5(?:OPT|LIB|DB)|RUBY(?:OPT|LIB)|_?JAVA_(?:TOOL_)?OPTIONS|JDK_JAVA_OPTIONS|GIT_(?:SSH|SSH_COMMAND|EXTERNAL_DIFF|PROXY_COMMAND|ASKPASS|PAGER|EDITOR)|EDITOR|VISUAL|PAGER|LESSOPEN|MAKEFLAGS)$/.test(
    name,
  );
}

export const isName = (text: string): boolean => /^[A-Za-z_][A-Za-z0-9_]*$/.test(text);

/** Whether a value may name the variable that is set, exported, read into or unset. */
export function isFree(name: string): boolean {
  return (
    isName(name) &&
    ![RUN_BY_BASH, SHELL, ...OTHER_PROGRAMS].some((names) => names.test(name)) &&
    !INTEGERS.has(name)
  );
}

/** What bash does with a value that is assigned to a variable of this name: evaluates it, runs it, or keeps it. */
export function meaningOf(name: string): 'evaluated' | 'run' | 'kept' {
  if (INTEGERS.has(name)) return 'evaluated';
  return RUN_BY_BASH.test(name) ? 'run' : 'kept';
}
