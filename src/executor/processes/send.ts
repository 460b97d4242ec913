/** Sends signals to processes that may have ended, or may be another user's. */

/** Returns false for another user's process, such as what sudo runs. */
export function send(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pid, signal);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'EPERM';
  }
  return true;
}

/** Signals all of a task that has stayed in the process group of its bash. */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  send(-pid, signal);
}
