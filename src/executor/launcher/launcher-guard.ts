/** Guards the launcher's handlers that belong to one task, so that an error there does not end all of them. */
import { guardWith } from '../../telemetry/guard.js';

/** Says on stderr, which is the service's, what failed. */
export function tellFailure(error: unknown): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`holdfast launcher: ${text}\n`);
}

export const guarded = guardWith(tellFailure);
