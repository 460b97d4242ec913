/** The trap of a script's shell by which the launcher stops the script before its next command. */
import type { KillSignal } from '../../domain/stopping.js';
import { SCRIPT_STOP } from '../processes/stop.js';
import { onOneLine } from './one-line.js';

/**
 * Runs the script's own trap on the signal that asks it to end, if it has one, and leaves the shell, whose EXIT trap
 * bash runs then. The trap's text has a function around it, which a `return` in it leaves.
 */
export const stopTrap = (killSignal: KillSignal): string =>
  onOneLine(`
{ __holdfast_go_on=0 __holdfast_again=
  [[ $- != *x* ]] || { builtin set +x; __holdfast_again='builtin set -x; '; }
  builtin trap : ${SCRIPT_STOP}
  __holdfast_traps=$({ builtin trap -p ${killSignal} >&3; } 3>&1 >/dev/null)
  builtin eval "__holdfast_traps=($__holdfast_traps)"
  __holdfast_trap() { builtin eval "$__holdfast_again\${__holdfast_traps[2]-}"; }
} >/dev/null 2>&1
__holdfast_trap "$@"
${leaveWith('130')}
`);

/** Leaves the shell, also where the script has functions called `builtin` and `exit`: in the POSIX mode none comes first. */
export function leaveWith(code: string): string {
  return `builtin exit ${code}; exit ${code}; POSIXLY_CORRECT=1; exit ${code}`;
}
