/** From asking to killing: SIGINT when the signal is aborted, SIGKILL if that was not enough (6.5). */
import { guarded } from '../telemetry/guarded.js';

export const KILL_AFTER_MS = 2000;

/** Answers how to call it off once the process has ended. */
export function escalate(signal: AbortSignal, send: (name: 'SIGINT' | 'SIGKILL') => void): () => void {
  let kill: NodeJS.Timeout | undefined;
  const ask = guarded('executor', () => {
    // First, so that nothing keeps the second signal from being sent.
    kill = setTimeout(guarded('executor', send), KILL_AFTER_MS, 'SIGKILL');
    send('SIGINT');
  });
  if (signal.aborted) ask();
  else signal.addEventListener('abort', ask, { once: true });
  return () => {
    signal.removeEventListener('abort', ask);
    clearTimeout(kill);
  };
}
