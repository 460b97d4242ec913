/** The few lines of bash that run a task's entries one after the other in one shell. */
import type { Environment } from '../environment.js';
import type { Script } from '../executor.js';
import { DEFAULT_SHELL, type Shell } from '../../domain/shell.js';
import type { KillSignal } from '../../domain/stopping.js';
import { SCRIPT_STOP } from '../processes/stop.js';
import { onOneLine, quoted } from './one-line.js';
import { afterExit, exitTrap, INVALID_WORDS, invalidStep, stepOf, stopTrap } from './steps.js';

const WAIT = 'wait';
/** Written by a bash that waited once it has all that it is told, and after what it printed in its start. */
export const TAKEN = '\x06';
/** Name of a file in the folder of the pipes. */
export const INVALID_ENTRIES = 'invalid';
/**
 * Accepts all that bash could parse: an entry may turn on `extglob` for its own later lines. Aliases and the POSIX mode
 * belong to the script, and the launcher does not know them: what they break fails when it is run.
 */
export const PARSES_ALL = 'shopt -s extglob; shopt -u expand_aliases; set +o posix';
/** Characters of the steps that are one list. */
const LIST_CHARACTERS = 50_000;

/**
 * Parses an entry without running it, because bash would run the lines before a syntax error. Wrapped into a function
 * that costs no process. An entry with a closing brace could end the function, and an unfinished `$(` ends bash itself.
 * So such a one, and one that does not parse so, is looked at in a subshell under `set -n`, whose word is final. The
 * launcher learns the number of an entry that does not parse, and asks another bash why: no channel is open that the
 * entries before it could write to.
 */
const PARSE = onOneLine(`
if [[ $__holdfast_entry == *['}(']* ]] || ! eval "__holdfast_parsed() {"$'\\n'"$__holdfast_entry"$'\\n'"}" 2>/dev/null; then
  if ! __holdfast_said=$(${PARSES_ALL}; eval "set -n; $__holdfast_entry" 2>&1); then
    printf -v __holdfast_said %q "$__holdfast_said"
    __holdfast_step=\${__holdfast_invalid/${INVALID_WORDS.at}/"$__holdfast_at"}
    __holdfast_steps[__holdfast_at - 1]=\${__holdfast_step/${INVALID_WORDS.said}/"$__holdfast_said"}
  fi
fi
`);

/**
 * What to do comes on stdin, in fields that end with NUL and are read byte by byte: how the shell begins, the trap on EXIT, what it does, the trap
 * that stops the script, the step for an entry that does not parse, how many entries there are, and the text and the
 * step of each. Nothing of them begins before all is there.
 *
 * $2 is the folder of the named pipes, $3 the soft limit of open files. With WAIT as $1 it was started ahead of need. Then what follows is the variables,
 * an empty field and the names of two pipes; and it says where its errors went that it has taken all that, as bash may
 * have warned of something there when it started.
 *
 * The steps are run one behind the other and not by a loop, which a `break` in an entry would leave; by some of them at
 * a time, as bash has no stack for a long list. All are parsed before the first is run, and nothing comes after them, so
 * that `set -v` has nothing of the driver to show.
 */
export const DRIVER = onOneLine(`
[[ $1 != ${WAIT} ]] || exec 3>&2
[[ -z $3 ]] || ulimit -Sn "$3"
for __holdfast_entry in begin trap exit stop invalid count; do
  IFS= read -r -d '' "__holdfast_$__holdfast_entry" || exit
done
__holdfast_entries=() __holdfast_steps=()
while ((\${#__holdfast_entries[@]} < __holdfast_count)); do
  IFS= read -r -d '' __holdfast_entry && IFS= read -r -d '' __holdfast_step || exit
  __holdfast_entries+=("$__holdfast_entry") __holdfast_steps+=("$__holdfast_step")
done
if [[ $1 = ${WAIT} ]]; then
  while IFS= read -r -d '' __holdfast_entry && [[ -n $__holdfast_entry ]]; do export "$__holdfast_entry"; done
  IFS= read -r -d '' __holdfast_entry && [[ -p $2/$__holdfast_entry ]] && exec >"$2/$__holdfast_entry" || exit
  IFS= read -r -d '' __holdfast_entry && [[ -p $2/$__holdfast_entry ]] && exec 2>"$2/$__holdfast_entry" || exit
  printf '\\6' >&3 || exit
  exec 3>&-
  SECONDS=0
fi
shift 3
exec </dev/null
eval "$__holdfast_begin"
__holdfast_at=0 __holdfast_some= __holdfast_all=
for __holdfast_entry in "\${__holdfast_entries[@]}"; do
  __holdfast_at=$((__holdfast_at + 1))
  ${PARSE}
  __holdfast_some+=\${__holdfast_steps[__holdfast_at - 1]}
  ((\${#__holdfast_some} < ${LIST_CHARACTERS})) || __holdfast_all+="{ $__holdfast_some}; " __holdfast_some=
done
((__holdfast_count < 2)) || trap -- "$__holdfast_trap" EXIT
trap -- "$__holdfast_stop" ${SCRIPT_STOP}
__holdfast_at=1 __holdfast_all+=$__holdfast_some
unset -f __holdfast_parsed
unset -v __holdfast_entries __holdfast_entry __holdfast_step __holdfast_some __holdfast_said __holdfast_begin __holdfast_invalid __holdfast_stop __holdfast_trap
eval "$__holdfast_all"
`);

/** Arguments of the driver; `folder` has the named pipes. */
export const argumentsToWait = (folder: string, openFiles: number | null): string[] =>
  argumentsTo(WAIT, folder, openFiles);
export const argumentsToStart = (folder: string, openFiles: number | null): string[] =>
  argumentsTo('start', folder, openFiles);

const argumentsTo = (how: string, folder: string, openFiles: number | null) => [
  how,
  folder,
  openFiles === null ? '' : String(openFiles),
];

const asInput = (fields: readonly string[]) => fields.map((field) => `${field}\0`).join('');

/** The entries as bash gets them, which has no NUL. */
export const textsOf = ({ entries }: Pick<Script, 'entries'>): string[] =>
  entries.flatMap((entry) => entry.split('\0'));

/** Changes to the folder, and leaves the options for what stands before the first entry. */
function beginOf({ workingDir, options }: Shell = DEFAULT_SHELL): string {
  const set = options.length === 0 ? '' : `builtin set ${options.map((name) => `-o ${name}`).join(' ')}; `;
  const folder = workingDir === null ? '' : enter(quoted(workingDir));
  return set === '' ? folder : `${folder}__holdfast_prefix=${quoted(set)}`;
}

const enter = (folder: string) =>
  `builtin cd -- ${folder} 2>/dev/null || { __holdfast_said=$(builtin cd -- ${folder} 2>&1); ` +
  `printf 'holdfast: working_dir %s\\n' "\${__holdfast_said##*cd: }" >&2; exit 1; }; `;

/** What each is told; `folder` has the file for reports. */
export function scriptOf(
  { entries, allowFailure, shell }: Script,
  killSignal: KillSignal,
  folder: string,
): string {
  const texts = textsOf({ entries });
  const steps = { goesOn: allowFailure, count: texts.length };
  return asInput([
    beginOf(shell),
    exitTrap(steps),
    afterExit(steps),
    stopTrap(killSignal),
    invalidStep(quoted(`${folder}/${INVALID_ENTRIES}`)),
    String(texts.length),
    ...texts.flatMap((text, index) => [text, stepOf(text, index + 1, steps)]),
  ]);
}

/** What one that waits is told after that; `pipes`: their names in the folder. */
export function surroundingsOf(variables: Environment, pipes: readonly [string, string]): string {
  const assignments = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  return asInput([...assignments, '', ...pipes]);
}
