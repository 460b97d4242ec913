/** Stops the Postgres of a cluster, also one that is still starting. */
import { setTimeout as sleep } from 'node:timers/promises';
import { guarded } from '../../telemetry/guarded.js';
import { logger, PROGRAM } from '../../telemetry/log.js';
import { StoppedError } from '../stopped.js';
import type { Place } from './place.js';
import { readPostmaster } from './postmaster.js';
import { run } from './program.js';

const log = logger(PROGRAM);

const LOOK_MS = 100;

/** Ends the sessions of its clients. */
export async function stopPostgres({ binaries, cluster, user }: Place): Promise<void> {
  try {
    await run(binaries.pgCtl, ['stop', '-w', '-m', 'fast', '-D', cluster], user);
  } catch (error) {
    // Another process may have stopped it at the same time.
    if ((await readPostmaster(cluster)) !== null) throw error;
  }
}

/**
 * Stops the Postgres that `start` waits for once the signal is aborted, because recovery after a crash may take minutes.
 * Rejects with a `StoppedError` then, unless Postgres became ready first.
 */
export async function startUnlessAborted<T>(
  place: Place,
  signal: AbortSignal,
  start: () => Promise<T>,
): Promise<T> {
  const starting = { isOver: false };
  const onAbort = guarded('database', () => stopWhile(starting, place));
  signal.addEventListener('abort', onAbort);
  try {
    return await start();
  } catch (error) {
    throw signal.aborted ? new StoppedError(signal) : error;
  } finally {
    starting.isOver = true;
    signal.removeEventListener('abort', onAbort);
  }
}

/** Leaves one that is ready, which other processes may use. */
async function stopWhile(starting: { readonly isOver: boolean }, place: Place): Promise<void> {
  while (!starting.isOver) {
    const running = await readPostmaster(place.cluster);
    if (running !== null && !running.ready)
      await stopPostgres(place).catch((error: unknown) => {
        log.error((error as Error).message);
      });
    // Between its start and its lock file there is nothing that could be stopped.
    await sleep(LOOK_MS);
  }
}
