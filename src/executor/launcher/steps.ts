/**
 * What stands around the entries of a script. Nothing of it shows in what the script prints or traces, and nothing that
 * the script redefines, unsets or closes keeps it from working:
 *
 * - Between two entries `set -x` and the traps on ERR and DEBUG are off, and output goes to /dev/null. They are turned on
 *   again in front of the next entry, on its first line and without a trace of that.
 * - Numbers stand in the text. The variables that there are serve what comes after an `exit`.
 * - A function called `builtin` is removed, in the POSIX mode, in which no function comes before `unset`.
 */
import type { KillSignal } from '../../domain/stopping.js';
import { SCRIPT_STOP } from '../processes/stop.js';
import { onOneLine, quoted } from './one-line.js';

export interface Steps {
  /** Go on after an entry that fails. */
  readonly goesOn: boolean;
  /** How many entries there are. */
  readonly count: number;
}

/** Leaves the shell, also where the script has functions called `builtin` and `exit`: in the POSIX mode none comes first. */
const leave = (code: string) => `builtin exit ${code}; exit ${code}; POSIXLY_CORRECT=1; exit ${code}`;

/** Makes sure that `builtin` is what it should be. */
const REPAIR = onOneLine(`
__holdfast_is=
builtin eval __holdfast_is=1
if [[ -z $__holdfast_is ]]; then
  __holdfast_is=\${POSIXLY_CORRECT-none} __holdfast_options=:$BASHOPTS:
  POSIXLY_CORRECT=1
  unset -f builtin
  [[ $__holdfast_is != none ]] || unset POSIXLY_CORRECT
  [[ $__holdfast_options == *:expand_aliases:* ]] || builtin shopt -u expand_aliases
fi
`);

/** Reads traps as the words `trap -- TEXT NAME` each. What a DEBUG trap prints meanwhile is not among them. */
const readTraps = (names: string) =>
  onOneLine(`
__holdfast_traps=$({ builtin trap -p ${names} >&3; } 3>&1 >/dev/null)
builtin eval "__holdfast_traps=($__holdfast_traps)"
`);

/** Entries that are left must not be passed over in silence. */
const CANNOT_GO_ON = "builtin printf '%s\\n' 'holdfast: the script cannot go on after an exit' >&2; ";

/** The trap on EXIT while entries are left, or what it begins with where the script has its own. */
const BEFORE_ALL =
  `{ __holdfast_left=$? __holdfast_set=$-; ${REPAIR}; builtin set +x; } >/dev/null 2>&1; ` +
  `builtin eval "\${__holdfast_exit-${CANNOT_GO_ON}${leave('1')}}"; `;
/** Stands between that and the script's own, which finds the shell as if it came first. */
const BEFORE_OWN =
  '{ [[ $__holdfast_set != *x* ]] || builtin set -x; } 2>/dev/null; (builtin exit "$__holdfast_left") 2>/dev/null; ';

/** Ends the trap under `allow_failure`: the last code that was not 0 is that of the shell. */
const AFTER_OWN =
  '\n[[ $__holdfast_left != 0 || -z ${__holdfast_code-} ]] || builtin exit "$__holdfast_code"';
/** Each `exit` with entries behind it costs a fork of the shell, for which the one before waits. */
const MAX_FORKS = 200;

/** The trap on EXIT with which a script begins that has several entries. */
export const exitTrap = ({ goesOn }: Steps): string => BEFORE_ALL + (goesOn ? AFTER_OWN : '');

/** Goes from the entry __holdfast_at, which ended with __holdfast_status, to the next, and says so in __holdfast_next. */
const gap = ({ goesOn, count }: Steps) =>
  onOneLine(`
__holdfast_prefix=
if [[ $__holdfast_status != 0 ]]; then
  ${goesOn ? '__holdfast_code=$__holdfast_status' : leave('"$__holdfast_status"')}
fi
${readTraps('ERR DEBUG EXIT')}
__holdfast_own=
for ((__holdfast_is = 0; __holdfast_is < \${#__holdfast_traps[@]}; __holdfast_is += 4)); do
  if [[ \${__holdfast_traps[__holdfast_is + 3]} == EXIT ]]; then
    __holdfast_own=\${__holdfast_traps[__holdfast_is + 2]}
  else
    builtin printf -v __holdfast_text 'builtin trap -- %q %s; ' "\${__holdfast_traps[@]:__holdfast_is + 2:2}"
    __holdfast_prefix+=$__holdfast_text
    builtin trap - "\${__holdfast_traps[__holdfast_is + 3]}"
  fi
done
if [[ $__holdfast_own == ${quoted(BEFORE_ALL)}* ]]; then
  __holdfast_own=\${__holdfast_own#${quoted(BEFORE_ALL)}}
  __holdfast_own=\${__holdfast_own#${quoted(BEFORE_OWN)}}
  __holdfast_own=\${__holdfast_own%${quoted(AFTER_OWN)}}
fi
if ${goesOn ? ':' : `((__holdfast_at + 1 < ${count}))`}; then
  [[ -z $__holdfast_own ]] || __holdfast_own=${quoted(BEFORE_OWN)}$__holdfast_own
  builtin trap -- ${quoted(BEFORE_ALL)}"$__holdfast_own"${goesOn ? quoted(AFTER_OWN) : ''} EXIT
elif [[ -n $__holdfast_own ]]; then
  builtin trap -- "$__holdfast_own" EXIT
else
  builtin trap - EXIT
fi
if [[ $__holdfast_set == *x* ]]; then
  builtin set +x
  __holdfast_prefix="builtin set -x; $__holdfast_prefix"
fi
if [[ -n $__holdfast_prefix ]]; then
  if [[ $__holdfast_set == *v* ]]; then
    builtin set +v
    __holdfast_prefix="builtin set -v; $__holdfast_prefix"
  fi
  __holdfast_restore=$__holdfast_prefix
  __holdfast_prefix='builtin eval "$__holdfast_restore" 2>/dev/null; '
fi
__holdfast_at=$((__holdfast_at + 1))
__holdfast_next=$__holdfast_at
`);

/** Returns one entry with what leads to the next. The last has nothing behind it: its status is the shell's. */
export function stepOf(entry: string, at: number, steps: Steps): string {
  // A backslash at its end is followed by a newline, as in a file.
  const run = `builtin eval "\${__holdfast_prefix-}"${quoted(`${entry}\n`)}`;
  const ended = `__holdfast_status=$? __holdfast_set=$- __holdfast_at=${at} __holdfast_next=; ${REPAIR}`;
  if (at === steps.count) return `${run}; `;
  const failed = `builtin printf 'holdfast: entry %s cannot be begun\\n' ${at + 1} >&2; ${leave('1')}`;
  const next = `case \${__holdfast_next-} in ${at + 1}) ;; *) ${failed} ;; esac`;
  return `${run}; { ${ended}; ${gap(steps)}; } >/dev/null 2>&1; ${next}; `;
}

/** Words in `invalidStep` that stand for the number of the entry and for what bash said of it. */
export const INVALID_WORDS = { at: '__holdfast_here_at', said: '__holdfast_here_said' };

/** Reports an entry that bash could not parse, in the file of that name, and leaves the shell. */
export const invalidStep = (reports: string): string =>
  `__holdfast_at= __holdfast_exit=; builtin printf '\\n%s\\n' "$$ "${INVALID_WORDS.at} 2>/dev/null >>${reports} || ` +
  `builtin printf '%s\\n' ${INVALID_WORDS.said} >&2; ${leave('2')}; `;

/**
 * What the trap on EXIT does after an `exit` that has entries behind it: a fork of the shell runs them. It has all of the
 * shell but its jobs, also the script's own trap on EXIT, which then does not run here.
 */
export const afterExit = (steps: Steps): string =>
  onOneLine(`
{ __holdfast_status=$__holdfast_left __holdfast_next=
  if [[ -n \${__holdfast_at-unset} ]]; then
    if [[ \${#__holdfast_steps[@]} != ${steps.count} || -z \${__holdfast_at-} || (__holdfast_at -lt ${steps.count} && $BASH_SUBSHELL -ge ${MAX_FORKS}) ]]; then
      __holdfast_next=none
    elif ((__holdfast_at < ${steps.count}))${steps.goesOn ? '' : ' && [[ $__holdfast_status == 0 ]]'}; then
      ${gap(steps)}
      __holdfast_restored=$({ builtin trap -p >&3; } 3>&1 >/dev/null)
      builtin eval "__holdfast_traps=($__holdfast_restored)"
      for ((__holdfast_is = 3; __holdfast_is < \${#__holdfast_traps[@]}; __holdfast_is += 4)); do
        builtin trap : "\${__holdfast_traps[__holdfast_is]}"
      done
      builtin trap - EXIT
    fi
  fi
} >/dev/null 2>&1
if [[ $__holdfast_next == none ]]; then
  ${CANNOT_GO_ON}${leave('1')}
fi
if [[ -n $__holdfast_next ]]; then
  (builtin eval "$__holdfast_restored"; builtin eval '{' "\${__holdfast_steps[@]:__holdfast_at - 1}" '}')
  builtin exit $?
fi
`);

/**
 * The trap by which the launcher stops a script: runs the script's own trap on the signal that asks it to end, if it has
 * one, and leaves the shell, whose EXIT trap bash runs then. The own trap has a function around it, which a `return` in
 * it leaves.
 */
export const stopTrap = (killSignal: KillSignal): string =>
  onOneLine(`
{ __holdfast_at= __holdfast_exit= __holdfast_restore=
  ${REPAIR}
  [[ $- != *x* ]] || { builtin set +x; __holdfast_restore='builtin set -x; '; }
  builtin trap : ${SCRIPT_STOP}
  ${readTraps(killSignal)}
  __holdfast_trap() { builtin eval "$__holdfast_restore\${__holdfast_traps[2]-}"; }
} >/dev/null 2>&1
__holdfast_trap "$@"
${leave('130')}
`);
