/** Chooses the host that a new connection goes to, and how it is encrypted: what worked last, or else the next one. */
import { type DatabaseAddress, type DatabaseHost, placeOf } from '../../config/database/address.js';
import { isSocket } from '../../config/database/hosts.js';
import { addressIn } from '../../config/database/read-address.js';
import { ConnectError, isAboutEncryption, isFinal, reasonOf } from './connect-error.js';

export interface Route {
  readonly host: DatabaseHost;
  readonly isEncrypted: boolean;
}

interface Failure {
  readonly route: Route;
  readonly error: unknown;
}

/** One for all connections of a process to a database, so that one that failed spares the others the same. */
export class Target {
  readonly address: DatabaseAddress;
  /** In the order of the address's hosts. */
  readonly #routes: Route[];
  #at = 0;
  /** By the error that was thrown, because a pool hands on nothing else. */
  readonly #failures = new WeakMap<object, Failure>();

  constructor(address: DatabaseAddress) {
    this.address = address;
    const { mode } = address.tls;
    this.#routes = address.hosts.map((host) => ({
      host,
      isEncrypted: mode !== 'disable' && mode !== 'allow' && !isSocket(host),
    }));
  }

  /** A text is a URL that stands for itself, such as that of the embedded Postgres. */
  static of(database: Target | string): Target {
    return typeof database === 'string' ? new Target(addressIn(database)) : database;
  }

  get place(): string {
    return placeOf(this.address);
  }

  /** Where the next connection goes. */
  get route(): Route {
    return this.#routes[this.#at] as Route;
  }

  /** Notes that a connection by this route failed. Returns what is to be thrown, unless `reach` finds another route. */
  failed(route: Route, error: unknown): Error {
    const failure = ConnectError.of(error);
    this.#failures.set(failure, { route, error });
    // Another connection may have failed before, and led on already.
    if (this.route === route) this.#turnFrom(route, error);
    return failure;
  }

  /** Calls `connect`, which goes by `route`, until it resolves or every route was tried. */
  async reach<T>(connect: () => Promise<T>): Promise<T> {
    const failures: Failure[] = [];
    for (;;) {
      try {
        return await connect();
      } catch (error) {
        const failure = this.#failureOf(error);
        if (failure === undefined) throw error;
        failures.push(failure);
        if (!this.#leadsOn(failures)) throw this.#summaryOf(failures, error);
      }
    }
  }

  #turnFrom(route: Route, error: unknown): void {
    if (this.#canSwitch(route) && isAboutEncryption(error))
      this.#routes[this.#at] = { ...route, isEncrypted: !route.isEncrypted };
    else if (!isFinal(error)) this.#at = (this.#at + 1) % this.#routes.length;
  }

  #canSwitch({ host }: Route): boolean {
    return ['allow', 'prefer'].includes(this.address.tls.mode) && !isSocket(host);
  }

  #failureOf(error: unknown): Failure | undefined {
    const { cause } = error as { cause?: unknown };
    for (const one of [error, cause])
      if (typeof one === 'object' && one !== null) {
        const failure = this.#failures.get(one);
        if (failure !== undefined) return failure;
      }
    return undefined;
  }

  #leadsOn(failures: readonly Failure[]): boolean {
    const { host, isEncrypted } = this.route;
    return !failures.some(({ route }) => route.host === host && route.isEncrypted === isEncrypted);
  }

  /** Of each host, why it failed last. */
  #summaryOf(failures: readonly Failure[], last: unknown): unknown {
    const reasons = new Map(failures.map(({ route, error }) => [route.host, reasonOf(error)]));
    if (reasons.size === 1 || isFinal(failures.at(-1)?.error)) return last;
    const lines = [...reasons].map(([{ host, port }, reason]) => `${host}:${port}: ${reason}`);
    return new ConnectError(lines.join('; '), { cause: last });
  }
}
