/**
 * A TCP proxy in front of a real Postgres, for what networks do to a service:
 *
 *     const proxy = await Proxy.open(url);      // proxy.url is the same database, seen through it
 *     proxy.swallow();                          // half-open: nothing comes through either way, and nobody is told
 *     proxy.refuse();                           // open connections are reset, and new ones at once
 *     proxy.pass();                             // as at first; connections that were swallowed stay lost
 *     proxy.cut();                              // resets what is open now; new connections pass
 *     proxy.slow({ bytesPerSecond: 100_000 });  // each connection, each way; `delayMs` holds up each packet
 *     await proxy.loseReplies(/^COMMIT/);       // Postgres carries it out, and its client never hears of it
 *     proxy.close();
 *
 * Behind a swallowed connection the server's end stays open, as it does when a machine or a cable is gone: its locks
 * are held until Postgres's own time-outs. `swallow`, `cut` and `connections` can be told whose connections: those
 * whose application_name contains a text, such as `worker`, `api`, `heartbeat`, `listener`, `probe`, `background`;
 * new ones of these then pass.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { Link } from './link.js';

export interface Slowness {
  readonly bytesPerSecond?: number;
  readonly delayMs?: number;
}

/** By its text. */
export type Statement = RegExp | ((text: string) => boolean);

interface Loss {
  readonly statement: Statement;
  left: number;
  /** Those whose replies have not been dropped yet. */
  unanswered: number;
  readonly done: () => void;
}

export class Proxy {
  readonly url: string;
  /** Connections so far. */
  accepted = 0;
  readonly #server: Server;
  readonly #links = new Set<Link>();
  readonly #losses: Loss[] = [];
  #mode: 'pass' | 'swallow' | 'refuse' = 'pass';
  #slowness: Slowness = {};

  private constructor(url: string, server: Server) {
    const target = new URL(url);
    this.#server = server;
    server.on('connection', (client: Socket) => {
      this.accepted += 1;
      this.#take(client, { host: target.hostname, port: Number(target.port || 5432) });
    });
    const own = new URL(url);
    own.hostname = '127.0.0.1';
    own.port = String((server.address() as { port: number }).port);
    this.url = own.href;
  }

  static async open(url: string): Promise<Proxy> {
    const server = createServer({ allowHalfOpen: true });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return new Proxy(url, server);
  }

  pass(): void {
    this.#mode = 'pass';
    this.#slowness = {};
  }

  swallow(name?: string): void {
    if (name === undefined) this.#mode = 'swallow';
    for (const link of this.#those(name)) link.swallow();
  }

  refuse(): void {
    this.#mode = 'refuse';
    this.cut();
  }

  cut(name?: string): void {
    for (const link of this.#those(name)) link.cut();
  }

  /** Until `pass`; for what is open already too. */
  slow(slowness: Slowness): void {
    this.#slowness = slowness;
  }

  /**
   * The next `times` statements of this text, on whatever connections: each is carried out, its reply and what else
   * Postgres says meanwhile on that connection is dropped, and the connection is reset. Resolves after the last one.
   */
  loseReplies(statement: Statement, times = 1): Promise<void> {
    return new Promise((done) => {
      this.#losses.push({ statement, left: times, unanswered: times, done });
    });
  }

  /** How many are open, the swallowed ones included. */
  connections(name?: string): number {
    return this.#those(name).length;
  }

  close(): void {
    for (const link of this.#links) link.cut();
    this.#server.close();
  }

  #take(client: Socket, target: { host: string; port: number }): void {
    if (this.#mode === 'refuse') {
      client.on('error', () => undefined);
      client.resetAndDestroy();
      return;
    }
    const link = new Link({
      client,
      target,
      delayOf: (bytes) => {
        const { bytesPerSecond = Infinity, delayMs = 0 } = this.#slowness;
        return delayMs + (bytes / bytesPerSecond) * 1000;
      },
      lossOf: (text) => this.#lossOf(text),
    });
    this.#links.add(link);
    if (this.#mode === 'swallow') link.swallow();
    else link.open();
  }

  #lossOf(text: string): (() => void) | null {
    const loss = this.#losses.find(
      ({ left, statement }) =>
        left > 0 && (typeof statement === 'function' ? statement(text) : statement.test(text)),
    );
    if (loss === undefined) return null;
    loss.left -= 1;
    return () => {
      loss.unanswered -= 1;
      if (loss.unanswered === 0) loss.done();
    };
  }

  #those(name = ''): Link[] {
    return [...this.#links].filter((link) => link.isOpen && link.name.includes(name));
  }
}
