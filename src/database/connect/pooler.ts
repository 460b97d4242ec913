/** Recognizes a connection pooler, and whether it hands one session of Postgres to several clients in turn. */
import { type Client, type ClientOptions, openClient } from './client.js';

/** One is enough unless others use the pooler at the same time. */
const ROUNDS = 10;

/**
 * Behind a pooler, the process that a client was told of is none of Postgres's. A pooler that holds sessions gives each
 * client one of its own, and the same at all times.
 */
export async function poolerOf(
  client: Client,
  options: ClientOptions,
): Promise<'none' | 'holds sessions' | 'shares sessions'> {
  const own = await backendOf(client);
  if (own === client.toldProcess) return 'none';
  const other = await openClient({ ...options, isPlain: true });
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      const another = await backendOf(other);
      if (another === own || (await backendOf(client)) !== own) return 'shares sessions';
    }
    return 'holds sessions';
  } finally {
    other.drop();
  }
}

async function backendOf(client: Client): Promise<number> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return (rows[0] as { pid: number }).pid;
}
