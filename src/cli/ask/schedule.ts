/** Schedules a job once, however often it has to be asked: with one key for all asks. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Unreachable } from '../exit.js';
import type { Scheduled } from './answers.js';
import type { Query, Service } from './service.js';

const PATIENCE_MS = 30_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5_000;

export interface Wanted {
  readonly path: string;
  readonly query?: Query;
  /** JSON. */
  readonly body?: string;
  /** Of the user; without it one of our own. */
  readonly key: string | undefined;
}

/** `note`: told why it takes longer. */
export async function schedule(
  service: Service,
  { path, query = {}, body, key = randomUUID() }: Wanted,
  note: (text: string) => void,
): Promise<Scheduled> {
  const headers = { 'idempotency-key': key };
  const end = Date.now() + PATIENCE_MS;
  let doubt = false;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    try {
      return await service.json<Scheduled>(path, {
        method: 'POST',
        query,
        headers,
        ...(body !== undefined && { body }),
      });
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      // What nobody has heard is nobody's job, and its user may have the address wrong.
      if (!doubt && !error.mayBeDone) throw error;
      if (Date.now() + pauseMs > end) throw inDoubt(error, key);
      if (!doubt) note(`${error.message}; asking again, with --idempotency-key ${key}`);
      doubt = true;
    }
    await sleep(pauseMs);
  }
}

const inDoubt = ({ message, status }: Unreachable, key: string) =>
  new Unreachable(
    `${message}. Whether there is a job is not known: the same command with --idempotency-key ${key} finds it or makes it`,
    true,
    status,
  );
