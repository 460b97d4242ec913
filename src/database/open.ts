/** Finds the database: the given one, which may be a little late, or the embedded one, which is started. */
import pg from 'pg';
import { logger, PROGRAM } from '../telemetry/log.js';
import { type Cluster, startCluster } from './embedded/cluster.js';

const log = logger(PROGRAM);

const WAIT_MS = 30_000;
const RETRY_MS = 1_000;

export class DatabaseError extends Error {}

export interface DatabaseSource {
  /** null: embedded. */
  readonly url: string | null;
  readonly dataFolder: string;
}

/** `cluster` is what has to be stopped in the end. */
export async function findDatabase({
  url,
  dataFolder,
}: DatabaseSource): Promise<{ url: string; cluster: Cluster | null }> {
  if (url === null) {
    const cluster = await startCluster(dataFolder);
    return { url: cluster.url, cluster };
  }
  await waitFor(url);
  return { url, cluster: null };
}

/** Where a database is, without its password. */
export function placeOf(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}

async function waitFor(url: string): Promise<void> {
  const end = Date.now() + WAIT_MS;
  let told = false;
  for (;;) {
    const reason = await problemOf(url);
    if (reason === null) return;
    if (!told) log.warn(`waiting for the database at ${placeOf(url)}: ${reason}`);
    told = true;
    if (Date.now() + RETRY_MS > end) {
      throw new DatabaseError(`the database at ${placeOf(url)} (DATABASE_URL) cannot be reached: ${reason}`);
    }
    await new Promise((done) => setTimeout(done, RETRY_MS));
  }
}

async function problemOf(url: string): Promise<string | null> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return null;
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException;
    return message || (code ?? 'no answer');
  } finally {
    await client.end().catch(() => undefined);
  }
}
