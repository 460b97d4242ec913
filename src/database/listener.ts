/** LISTEN on a connection of its own, which comes back by itself; what was missed meanwhile is for the caller's clock. */
import { Socket } from 'node:net';
import pg from 'pg';

const RETRY_MS = 1_000;
/** How often it asks whether anybody is still there, and for how long it waits for an answer. */
const PING_MS = 15_000;
const ANSWER_MS = 5_000;

export interface ListenerOptions {
  readonly pingMs?: number;
  readonly answerMs?: number;
}

/** null: it listens anew, and anything may have happened before. */
export type Handler = (payload: string | null) => void;

interface Connection {
  readonly client: pg.Client;
  readonly socket: Socket;
}

export class Listener {
  readonly #url: string;
  readonly #handlers: ReadonlyMap<string, Handler>;
  readonly #pingMs: number;
  readonly #answerMs: number;
  #connection: Connection | undefined;
  #retry: NodeJS.Timeout | undefined;
  #ping: NodeJS.Timeout | undefined;
  #closed = false;

  /** `handlers` by channel; all are also called once after each (re)connection. */
  constructor(
    url: string,
    handlers: Readonly<Record<string, Handler>>,
    { pingMs = PING_MS, answerMs = ANSWER_MS }: ListenerOptions = {},
  ) {
    this.#url = url;
    this.#handlers = new Map(Object.entries(handlers));
    this.#pingMs = pingMs;
    this.#answerMs = answerMs;
  }

  /** Never rejects: while there is no database it keeps trying. */
  async open(): Promise<void> {
    const connection = this.#connect();
    const { client } = connection;
    this.#connection = connection;
    client.once('end', () => {
      this.#reopen(connection);
    });
    client.on('notification', ({ channel, payload }) => this.#handlers.get(channel)?.(payload ?? ''));
    try {
      await client.connect();
      for (const channel of this.#handlers.keys())
        await client.query(`LISTEN ${client.escapeIdentifier(channel)}`);
      this.#watch(connection);
      for (const handler of this.#handlers.values()) handler(null);
    } catch {
      this.#reopen(connection);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    clearTimeout(this.#ping);
    const { client, socket } = this.#connection ?? {};
    const timer = setTimeout(() => socket?.destroy(), this.#answerMs);
    await client?.end().catch(() => undefined);
    clearTimeout(timer);
  }

  #connect(): Connection {
    const socket = new Socket();
    const client = new pg.Client({
      connectionString: this.#url,
      application_name: 'holdfast listener',
      connectionTimeoutMillis: this.#answerMs,
      query_timeout: this.#answerMs,
      stream: () => socket,
    });
    client.on('error', () => undefined);
    return { client, socket };
  }

  /** A listener only waits, so it would never find out by itself that its connection is only half there. */
  #watch(connection: Connection): void {
    if (this.#closed || this.#connection !== connection) return;
    this.#ping = setTimeout(() => {
      connection.client.query('SELECT').then(
        () => {
          this.#watch(connection);
        },
        () => {
          this.#reopen(connection);
        },
      );
    }, this.#pingMs);
  }

  #reopen(lost: Connection): void {
    lost.socket.destroy();
    if (this.#closed || this.#connection !== lost) return;
    this.#connection = undefined;
    clearTimeout(this.#ping);
    this.#retry = setTimeout(() => void this.open(), RETRY_MS);
  }
}
