/** A connection to a database: by the route that its target has at the moment, with the settings of its session. */
import { Socket } from 'node:net';
import pg from 'pg';
import { guarded } from '../../telemetry/guarded.js';
import { KEEP_ALIVE_MS } from '../limits.js';
import { answerWith } from './answer.js';
import { requireChannelBinding } from './channel-binding.js';
import { passwordFor } from './password.js';
import { checkSession, isCrucial, type SessionRow, sessionSql } from './session.js';
import type { Route, Target } from './target.js';
import { tlsOptionsOf } from './tls.js';

/** Where an address names several hosts, one that does not answer must not take all the time there is. */
const HOST_CONNECT_MS = 3_000;

export interface ClientOptions {
  readonly target: Target;
  /** Shown in pg_stat_activity, behind the application's name. */
  readonly name: string;
  readonly connectMs: number;
  /** For each answer; without it, as long as it takes. */
  readonly queryMs?: number;
  /** Server settings of the session, over those of the address. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly pipeline?: boolean;
  /** Nothing is set or asked before it is handed over. */
  readonly isPlain?: boolean;
  readonly onSocket?: (socket: Socket) => void;
}

type ConnectCallback = ((error: Error) => void) | ((error: null, client: pg.Client) => void);

export class Client extends pg.Client {
  readonly #options: ClientOptions;
  readonly #route: Route;
  readonly #socket: Socket;
  readonly #problem: Error | null;
  readonly #assertProven: () => void = () => undefined;

  constructor(options: ClientOptions) {
    const { target } = options;
    const { route } = target;
    const socket = new Socket();
    let problem: Error | null = null;
    let tls: pg.ClientConfig['ssl'] = false;
    try {
      tls = tlsOptionsOf(target.address.tls, route);
    } catch (error) {
      // A pool does not expect a constructor to throw.
      problem = error as Error;
    }
    super({ ...configOf(options, route), ssl: tls, stream: () => socket });
    this.#options = options;
    this.#route = route;
    this.#socket = socket;
    this.#problem = problem;
    options.onSocket?.(socket);
    // Until it is handed over nobody else listens, and an error would end the process.
    this.on('error', () => undefined);
    if (target.address.tls.channelBinding === 'require') this.#assertProven = requireChannelBinding(this);
  }

  override connect(): Promise<Client>;
  override connect(callback: ConnectCallback): void;
  override connect(callback?: ConnectCallback): Promise<Client> | undefined {
    const connected = this.#connect();
    if (callback === undefined) return connected;
    answerWith(connected, callback as (error: unknown, client?: Client) => void);
    return undefined;
  }

  /** The process of Postgres that serves it, as it was told when it connected; a pooler makes up one. */
  get toldProcess(): number | null {
    return (this as unknown as { readonly processID: number | null }).processID;
  }

  /** Without a goodbye. */
  drop(): void {
    this.#socket.destroy();
  }

  /** Applies the settings of the session, and rejects if it may not write where that is asked for. */
  async prepare(): Promise<void> {
    const { target, settings = {} } = this.#options;
    const sql = sessionSql(target.address, settings);
    const { rows } = await this.query<SessionRow>(sql);
    checkSession(target.address, rows[0]);
  }

  /** As `prepare`, for one that was opened plain: after a failure the next connection goes to another host. */
  async prepareOrTurn(): Promise<void> {
    try {
      await this.prepare();
    } catch (error) {
      this.#options.target.failed(this.#route, error);
      throw error;
    }
  }

  async #prepareOrDrop(): Promise<void> {
    try {
      await this.prepare();
    } catch (error) {
      this.drop();
      throw error;
    }
  }

  async #connect(): Promise<this> {
    const { target, isPlain = false } = this.#options;
    try {
      if (this.#problem !== null) throw this.#problem;
      await super.connect();
      this.#assertProven();
      if (isPlain) return this;
      const prepared = this.#prepareOrDrop();
      // Otherwise it is answered before what it is asked next, and costs no round trip.
      if (isCrucial(target.address)) await prepared;
      else prepared.catch(() => undefined);
      return this;
    } catch (error) {
      this.drop();
      throw target.failed(this.#route, error);
    }
  }
}

function configOf(
  { target: { address }, name, connectMs, queryMs, pipeline = false }: ClientOptions,
  { host }: Route,
): pg.ClientConfig {
  const { user, database, tls, applicationName, keepAliveMs, hosts } = address;
  const hostMs = address.connectMs ?? (hosts.length > 1 ? HOST_CONNECT_MS : connectMs);
  return {
    user,
    database,
    host: host.address ?? host.host,
    port: host.port,
    password: () => passwordFor(address, host),
    sslnegotiation: tls.isDirect ? 'direct' : 'postgres',
    enableChannelBinding: tls.channelBinding !== 'disable',
    application_name: `${applicationName} ${name}`,
    connectionTimeoutMillis: Math.min(hostMs, connectMs),
    keepAlive: keepAliveMs !== null,
    keepAliveInitialDelayMillis: keepAliveMs || KEEP_ALIVE_MS,
    pipeline,
    ...(queryMs === undefined ? {} : { query_timeout: queryMs }),
  };
}

/** For pg-pool, which makes its clients by itself. */
export const clientClassOf = (options: ClientOptions): new () => Client =>
  class extends Client {
    constructor() {
      super(options);
    }
  };

/** Opens one connection, to whichever host takes it. Rejects once the signal is aborted. */
export async function openClient({
  signal,
  ...options
}: ClientOptions & { readonly signal?: AbortSignal }): Promise<Client> {
  const client = await options.target.reach(async () => {
    signal?.throwIfAborted();
    const client = new Client(options);
    const drop = guarded('database', () => {
      client.drop();
    });
    signal?.addEventListener('abort', drop);
    try {
      return await client.connect();
    } finally {
      signal?.removeEventListener('abort', drop);
    }
  });
  if (signal?.aborted !== true) return client;
  client.drop();
  throw signal.reason;
}
