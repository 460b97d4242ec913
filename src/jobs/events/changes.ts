/** Says that jobs have changed, to whoever watches in this process: one LISTEN for all, while there is anybody. */
import type { OnModuleDestroy } from '@nestjs/common';
import { idsIn } from '../../database/changed.js';
import { Listener } from '../../database/listener.js';

/** null: any may have. */
export type OnChange = (jobIds: readonly string[] | null) => void;

/** After a change that nobody told of, because who made it was killed before he could. */
export const LOOK_MS = 10_000;

export class Changes implements OnModuleDestroy {
  readonly #url: string;
  readonly #watchers = new Set<OnChange>();
  #listener: Listener | undefined;
  #clock: NodeJS.Timeout | undefined;

  constructor(url: string) {
    this.#url = url;
  }

  /** Also tells that any may have changed when it begins to listen, and every now and then. */
  watch(watcher: OnChange): () => void {
    this.#watchers.add(watcher);
    if (this.#listener === undefined) this.#open();
    return () => {
      this.#watchers.delete(watcher);
      if (this.#watchers.size === 0) void this.#close();
    };
  }

  async onModuleDestroy(): Promise<void> {
    this.#watchers.clear();
    await this.#close();
  }

  #open(): void {
    this.#listener = new Listener(this.#url, {
      holdfast_changed: (payload) => {
        this.#tell(payload === null ? null : idsIn(payload));
      },
    });
    void this.#listener.open();
    this.#clock = setInterval(() => {
      this.#tell(null);
    }, LOOK_MS);
  }

  async #close(): Promise<void> {
    const listener = this.#listener;
    this.#listener = undefined;
    clearInterval(this.#clock);
    await listener?.close();
  }

  #tell(jobIds: readonly string[] | null): void {
    for (const watcher of this.#watchers) watcher(jobIds);
  }
}
