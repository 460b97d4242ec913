/** Says by a connection for as long as this process lives that the cluster is in use, and has it started again if it dies. */
import { randomBytes } from 'node:crypto';
import { guarded } from '../../telemetry/guarded.js';
import { type Client, openClient } from '../connect/client.js';
import { Target } from '../connect/target.js';
import { logger, PROGRAM } from '../../telemetry/log.js';
import { StoppedError } from '../stopped.js';

const log = logger(PROGRAM);

const APPLICATION = 'holdfast ';
const NAME = 'keeper ';
const CONNECT_MS = 10_000;
const RETRY_MS = { first: 100, longest: 10_000 };

export interface KeeperOptions {
  /** Of the cluster's database `postgres`. */
  readonly url: string;
  /** Sees to it that there is a Postgres at this address. Gives up when `closing` is aborted. */
  readonly startAgain: (closing: AbortSignal) => Promise<void>;
}

export class Keeper {
  readonly #options: KeeperOptions;
  readonly #target: Target;
  readonly #name = `${NAME}${randomBytes(6).toString('hex')}`;
  #client: Client | undefined;
  #wake: () => void = () => undefined;
  #keeping: Promise<void> = Promise.resolve();
  readonly #closing = new AbortController();

  constructor(options: KeeperOptions) {
    this.#options = options;
    this.#target = Target.of(options.url);
  }

  get #closed(): boolean {
    return this.#closing.signal.aborted;
  }

  async open(): Promise<void> {
    const client = await this.#connect();
    this.#client = client;
    client.once(
      'end',
      guarded('database', () => {
        if (!this.#closed) this.#keeping = this.#restore();
        return this.#keeping;
      }),
    );
  }

  /** From now on it may end. Answers how many other keepers there are; none where there is no Postgres either. */
  async close(): Promise<number> {
    this.#closing.abort('its keeper');
    this.#wake();
    // Otherwise a Postgres that is being started now would be left behind.
    await this.#keeping;
    await this.#client?.end().catch(() => undefined);
    return this.#countOthers().catch(() => 0);
  }

  async #restore(): Promise<void> {
    let told = false;
    for (let wait = RETRY_MS.first; !this.#closed; wait = Math.min(2 * wait, RETRY_MS.longest)) {
      try {
        if (await this.#isStillThere()) return;
        if (!told) log.error('the embedded Postgres is gone; starting it again');
        told = true;
        await this.#options.startAgain(this.#closing.signal);
        await this.open();
        log.warn('the embedded Postgres is back');
        return;
      } catch (error) {
        if (error instanceof StoppedError) return;
        log.error((error as Error).message);
      }
      await this.#pause(wait);
    }
  }

  /** Only this connection may have broken, and not the whole server; then it is renewed. */
  #isStillThere(): Promise<boolean> {
    return this.open().then(
      () => true,
      () => this.#closed,
    );
  }

  #pause(milliseconds: number): Promise<void> {
    return new Promise((done) => {
      const timer = setTimeout(done, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        done();
      };
    });
  }

  #connect(): Promise<Client> {
    return openClient({ target: this.#target, name: this.#name, connectMs: CONNECT_MS });
  }

  async #countOthers(): Promise<number> {
    const client = await this.#connect();
    try {
      const { rows } = await client.query<{ count: number }>(
        'SELECT count(*)::int FROM pg_stat_activity WHERE starts_with(application_name, $1) AND application_name <> $2',
        [`${APPLICATION}${NAME}`, `${APPLICATION}${this.#name}`],
      );
      return rows[0]?.count ?? 0;
    } finally {
      await client.end();
    }
  }
}
