/** LISTEN on a connection of its own, which comes back by itself; what was missed meanwhile is for the caller's clock. */
import pg from 'pg';

const RETRY_MS = 1_000;

export class Listener {
  readonly #url: string;
  readonly #handlers: ReadonlyMap<string, () => void>;
  #client: pg.Client | undefined;
  #retry: NodeJS.Timeout | undefined;
  #closed = false;

  /** `handlers` by channel; all are also called once after each (re)connection. */
  constructor(url: string, handlers: Readonly<Record<string, () => void>>) {
    this.#url = url;
    this.#handlers = new Map(Object.entries(handlers));
  }

  /** Never rejects: while there is no database it keeps trying. */
  async open(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.#url,
      application_name: 'holdfast listener',
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
    });
    this.#client = client;
    client.on('error', () => undefined);
    client.once('end', () => {
      this.#reopen(client);
    });
    client.on('notification', ({ channel }) => this.#handlers.get(channel)?.());
    try {
      await client.connect();
      for (const channel of this.#handlers.keys())
        await client.query(`LISTEN ${client.escapeIdentifier(channel)}`);
      for (const handler of this.#handlers.values()) handler();
    } catch {
      client.end().catch(() => undefined);
      this.#reopen(client);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    await this.#client?.end().catch(() => undefined);
  }

  #reopen(lost: pg.Client): void {
    if (this.#closed || this.#client !== lost) return;
    this.#client = undefined;
    this.#retry = setTimeout(() => void this.open(), RETRY_MS);
  }
}
