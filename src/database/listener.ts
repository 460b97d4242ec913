/**
 * LISTEN on a connection of its own, one for all who listen in a process, while there is anybody. It comes back by
 * itself; what was missed meanwhile is for the caller's clock.
 */
import pg from 'pg';
import { guarded } from '../telemetry/guarded.js';
import { type Client, openClient } from './connect/client.js';
import { Target } from './connect/target.js';
import { CHANNEL_SUFFIX } from './installation.js';

const RETRY_MS = 1_000;
/** How often it asks whether anybody is still there, and for how long it waits for an answer. */
const PING_MS = 15_000;
const ANSWER_MS = 5_000;

export interface ListenerOptions {
  readonly pingMs?: number;
  readonly answerMs?: number;
}

/** null: it listens anew, and anything may have happened before. */
export type Handler = (payload: string | null) => unknown;

interface Connection {
  /** null: it is being opened. */
  client: Client | null;
  /** What channels end with in the database, so that another installation there is not heard. */
  suffix: string;
  /** Ends it while it is being opened. */
  readonly opening: AbortController;
  /** When that began, by the monotonic clock. */
  readonly opened: number;
}

export class Listener {
  readonly #target: Target;
  readonly #pingMs: number;
  readonly #answerMs: number;
  /** By channel. */
  readonly #handlers = new Map<string, Handler>();
  #connection: Connection | undefined;
  #retry: NodeJS.Timeout | undefined;
  #ping: NodeJS.Timeout | undefined;

  constructor(database: Target | string, { pingMs = PING_MS, answerMs = ANSWER_MS }: ListenerOptions = {}) {
    this.#target = Target.of(database);
    this.#pingMs = pingMs;
    this.#answerMs = answerMs;
  }

  /**
   * `handlers` by channel, each of which one may listen to; they are also called once after each (re)connection.
   * Never rejects: while there is no database it keeps trying.
   */
  async listen(handlers: Readonly<Record<string, Handler>>): Promise<void> {
    for (const [channel, handler] of Object.entries(handlers))
      this.#handlers.set(channel, guarded('database', handler));
    if (this.#connection === undefined) await this.#open();
    else await this.#hear(this.#connection, Object.keys(handlers));
  }

  async forget(channels: readonly string[]): Promise<void> {
    for (const channel of channels) this.#handlers.delete(channel);
    if (this.#handlers.size === 0) return this.close();
    for (const channel of channels)
      this.#connection?.client
        ?.query(`UNLISTEN ${channelOf(channel, this.#connection)}`)
        .catch(() => undefined);
  }

  /** Listens on another connection if this one was opened before, by the monotonic clock. */
  renew(openedBefore: number): void {
    const connection = this.#connection;
    if (connection === undefined || connection.opened >= openedBefore) return;
    connection.opening.abort();
    this.#reopen(connection);
  }

  /** Forgets all. */
  async close(): Promise<void> {
    this.#handlers.clear();
    clearTimeout(this.#retry);
    clearTimeout(this.#ping);
    const { client, opening } = this.#connection ?? {};
    this.#connection = undefined;
    opening?.abort();
    const timer = setTimeout(
      guarded('database', () => client?.drop()),
      this.#answerMs,
    );
    await client?.end().catch(() => undefined);
    clearTimeout(timer);
  }

  async #open(): Promise<void> {
    clearTimeout(this.#retry);
    const connection: Connection = {
      client: null,
      suffix: '',
      opening: new AbortController(),
      opened: performance.now(),
    };
    this.#connection = connection;
    try {
      const { client, suffix } = await this.#connect(connection.opening.signal);
      if (this.#connection !== connection) {
        client.drop();
        return;
      }
      client.once(
        'end',
        guarded('database', () => {
          this.#reopen(connection);
        }),
      );
      client.on(
        'notification',
        guarded('database', ({ channel, payload }) =>
          this.#handlers.get(channel.slice(0, channel.length - suffix.length))?.(payload ?? ''),
        ),
      );
      Object.assign(connection, { client, suffix });
      await this.#hear(connection, [...this.#handlers.keys()]);
      this.#watch(connection);
    } catch {
      this.#reopen(connection);
    }
  }

  async #hear(connection: Connection, channels: readonly string[]): Promise<void> {
    const { client } = connection;
    if (client === null) return;
    try {
      for (const channel of channels)
        if (this.#handlers.has(channel)) await client.query(`LISTEN ${channelOf(channel, connection)}`);
      if (this.#connection === connection)
        for (const channel of channels) this.#handlers.get(channel)?.(null);
    } catch {
      this.#reopen(connection);
    }
  }

  async #connect(signal: AbortSignal): Promise<{ client: Client; suffix: string }> {
    const client = await openClient({
      target: this.#target,
      name: 'listener',
      connectMs: this.#answerMs,
      queryMs: this.#answerMs,
      // Who begins to listen does not wait for those who do already.
      pipeline: true,
      signal,
    });
    try {
      const { rows } = await client.query<{ suffix: string }>(`SELECT ${CHANNEL_SUFFIX} AS suffix`);
      return { client, suffix: rows[0]?.suffix ?? '' };
    } catch (error) {
      client.drop();
      throw error;
    }
  }

  /** A listener only waits, so it would never find out by itself that its connection is only half there. */
  #watch(connection: Connection): void {
    if (this.#connection !== connection) return;
    const ping = async () => {
      try {
        await connection.client?.query('SELECT');
        this.#watch(connection);
      } catch {
        this.#reopen(connection);
      }
    };
    this.#ping = setTimeout(guarded('database', ping), this.#pingMs);
  }

  #reopen(lost: Connection): void {
    lost.client?.drop();
    if (this.#connection !== lost) return;
    this.#connection = undefined;
    clearTimeout(this.#ping);
    this.#retry = setTimeout(
      guarded('database', () => this.#open()),
      RETRY_MS,
    );
  }
}

const channelOf = (channel: string, { suffix }: Connection) => pg.escapeIdentifier(channel + suffix);
