/** How long a service that is away is waited for. */
import type { Unreachable } from '../exit.js';

/** Longer than a restart, and than most who restart it take. */
const PATIENCE_MS = 5 * 60_000;

export class Patience {
  #since: number | null = null;

  heard(): void {
    this.#since = null;
  }

  /** Throws the failure when it has been away for too long. */
  failed(failure: Unreachable): void {
    this.#since ??= Date.now();
    if (Date.now() - this.#since > PATIENCE_MS) throw failure;
  }
}
