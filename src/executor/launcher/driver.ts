/** The few lines of bash that run a task's entries one after the other in one shell. */
import type { Environment } from '../environment.js';
import type { Script } from '../executor.js';
import type { KillSignal } from '../../domain/stopping.js';
import { SCRIPT_STOP } from '../processes/stop.js';
import { onOneLine, quoted } from './one-line.js';
import { stopTrap } from './stop-trap.js';

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
/** Of one list. */
const STEPS = 32;

/**
 * One entry, in turn. It is first only parsed, because bash would run the lines before a syntax error. Wrapped into a
 * function that costs no process; by `command`, as an `eval` that fails would end a bash in its POSIX mode. An entry with
 * a closing brace could end the function, and an unfinished `$(` ends bash itself. So such a one, and one that does not
 * parse so, is looked at in a subshell under `set -n`, whose word is final. The launcher learns the number of an entry
 * that does not parse, and asks another bash why: no channel is open that the entries before it could write to.
 *
 * What is appended to the entry turns `set -x` off for the driver's own commands and the prefix turns it on again,
 * so that the trace shows the entry's alone; a here-document without its end would swallow it, so an entry that
 * bash warns about goes without.
 */
const STEP = onOneLine(`
__holdfast_entry=\${__holdfast_entries[__holdfast_at]}
__holdfast_at=$((__holdfast_at + 1)) __holdfast_said=
if [[ $__holdfast_entry == *['}(']* ]] || ! builtin command eval "__holdfast_parsed() {"$'\\n'"$__holdfast_entry"$'\\n'"}" 2>/dev/null; then
  if ! __holdfast_said=$(${PARSES_ALL}; builtin eval "set -n; $__holdfast_entry" 2>&1); then
    builtin printf '\\n%s\\n' "$$ $__holdfast_at" 2>/dev/null >>"$__holdfast_invalid" || builtin printf '%s\\n' "$__holdfast_said" >&2
    builtin exit 2
  fi
fi
__holdfast_status= __holdfast_after=
if [[ -z $__holdfast_said ]]; then
  __holdfast_after=$'\\n\\n{ __holdfast_status=$?; __holdfast_trace=; [[ $- != *x* ]] || { __holdfast_trace="set -x; "; set +x; }; } 2>/dev/null'
fi
builtin eval "$__holdfast_trace$__holdfast_entry$__holdfast_after"
__holdfast_last=$?
: "\${__holdfast_status:=$__holdfast_last}"
if [[ $__holdfast_status != 0 ]]; then
  __holdfast_code=$__holdfast_status
  [[ $__holdfast_go_on = 1 ]] || builtin exit "$__holdfast_code"
fi
`);

/**
 * What to do comes on stdin, in fields that end with NUL and are read byte by byte: 1 if it is to go on after a failure,
 * the trap by which the script is stopped, how many entries there are, and the entries. Nothing of them begins before all is there.
 *
 * $2 is the folder of the named pipes. With WAIT as $1 it was started ahead of need. Then what follows is the variables,
 * an empty field and the names of two pipes; and it says where its errors went that it has taken all that, as bash may
 * have warned of something there when it started.
 *
 * The entries are run by as many steps, one behind the other and not by a loop, which a `break` in an entry would leave;
 * by some of them at a time, as bash has no stack for a long list.
 */
export const DRIVER = onOneLine(`
[[ $1 != ${WAIT} ]] || exec 3>&2
__holdfast_invalid=$2/${INVALID_ENTRIES}
IFS= read -r -d '' __holdfast_go_on && IFS= read -r -d '' __holdfast_stop && IFS= read -r -d '' __holdfast_count || exit
__holdfast_entries=() __holdfast_step=${quoted(STEP)} __holdfast_some= __holdfast_steps=
while ((\${#__holdfast_entries[@]} < __holdfast_count)); do
  IFS= read -r -d '' __holdfast_entry && __holdfast_entries+=("$__holdfast_entry") || exit
  __holdfast_some+="$__holdfast_step; "
  ((\${#__holdfast_entries[@]} % ${STEPS} != 0)) || __holdfast_steps+="{ $__holdfast_some}; " __holdfast_some=
done
if [[ $1 = ${WAIT} ]]; then
  while IFS= read -r -d '' __holdfast_entry && [[ -n $__holdfast_entry ]]; do export "$__holdfast_entry"; done
  IFS= read -r -d '' __holdfast_entry && [[ -p $2/$__holdfast_entry ]] && exec >"$2/$__holdfast_entry" || exit
  IFS= read -r -d '' __holdfast_entry && [[ -p $2/$__holdfast_entry ]] && exec 2>"$2/$__holdfast_entry" || exit
  printf '\\6' >&3 || exit
  exec 3>&-
  SECONDS=0
fi
shift 2
exec </dev/null
trap -- "$__holdfast_stop" ${SCRIPT_STOP}
__holdfast_at=0 __holdfast_code=0 __holdfast_trace=
builtin eval "$__holdfast_steps$__holdfast_some"
builtin exit "$__holdfast_code"
`);

/** Arguments of the driver; `folder` has the named pipes. */
export const argumentsToWait = (folder: string): string[] => [WAIT, folder];
export const argumentsToStart = (folder: string): string[] => ['start', folder];

const asInput = (fields: readonly string[]) => fields.map((field) => `${field}\0`).join('');

/** The entries as bash gets them, which has no NUL. */
export const textsOf = ({ entries }: Pick<Script, 'entries'>): string[] =>
  entries.flatMap((entry) => entry.split('\0'));

/** What each is told. */
export function scriptOf({ entries, allowFailure }: Script, killSignal: KillSignal): string {
  const texts = textsOf({ entries });
  return asInput([allowFailure ? '1' : '0', stopTrap(killSignal), String(texts.length), ...texts]);
}

/** What one that waits is told after that; `pipes`: their names in the folder. */
export function surroundingsOf(variables: Environment, pipes: readonly [string, string]): string {
  const assignments = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  return asInput([...assignments, '', ...pipes]);
}
