/** Ends a connection in order, or hangs up if its other end does not answer. */
import type pg from 'pg';
import { guarded } from '../../telemetry/guarded.js';

const GOODBYE_MS = 1_000;

/** Never rejects. `hangUp` must destroy the socket of the client. */
export async function sayGoodbye(client: pg.Client, hangUp: () => void): Promise<void> {
  const timer = setTimeout(guarded('database', hangUp), GOODBYE_MS);
  await client.end().catch(() => undefined);
  clearTimeout(timer);
}
