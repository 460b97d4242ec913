/** Says that a start was told to end before it was complete. */
import { guarded } from '../telemetry/guarded.js';

export class StoppedError extends Error {
  /** `signal.reason` is the name of the process signal. */
  constructor(signal: AbortSignal) {
    super(`stopped by ${String(signal.reason)}; what was under way is rolled back`);
  }
}

/** Rejects with a `StoppedError` as soon as the signal is aborted; the work then goes on unwatched. */
export async function unlessStopped<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  if (signal.aborted) throw new StoppedError(signal);
  const over = new AbortController();
  const stopped = new Promise<never>((_done, fail) => {
    const onAbort = () => {
      fail(new StoppedError(signal));
    };
    signal.addEventListener('abort', guarded('database', onAbort), { signal: over.signal });
  });
  try {
    return await Promise.race([work(), stopped]);
  } finally {
    over.abort();
  }
}
