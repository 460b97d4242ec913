/** Asks a task to end when it is to be stopped, and kills it when its grace is over or it has none (6.5). */
import { guarded } from '../telemetry/guarded.js';

export interface Stops {
  /** Aborted: the task is asked to end. */
  readonly signal: AbortSignal;
  /** Aborted: it is killed. */
  readonly force: AbortSignal;
  readonly graceMs: number;
}

export interface Means {
  readonly ask: () => void;
  readonly kill: () => void;
}

/** Returns how to call it off once the task has ended. */
export function escalate({ signal, force, graceMs }: Stops, means: Means): () => void {
  let timer: NodeJS.Timeout | undefined;
  const kill = guarded('executor', means.kill);
  const ask = guarded('executor', () => {
    // First, so that nothing keeps the task from being killed.
    timer = setTimeout(kill, graceMs);
    if (!force.aborted) means.ask();
  });
  if (signal.aborted) ask();
  else signal.addEventListener('abort', ask, { once: true });
  if (force.aborted) kill();
  else force.addEventListener('abort', kill, { once: true });
  return () => {
    signal.removeEventListener('abort', ask);
    force.removeEventListener('abort', kill);
    clearTimeout(timer);
  };
}
