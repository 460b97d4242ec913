/** Says that jobs have changed, to whoever watches in this process: it is listened for while there is anybody. */
import type { OnModuleDestroy } from '@nestjs/common';
import { idsIn } from '../../database/changed.js';
import type { Handler, Listener } from '../../database/listener.js';
import { guarded, inBackground } from '../../telemetry/guarded.js';

/** null: any may have. */
export type OnChange = (jobIds: readonly string[] | null) => void;

const CHANNEL = 'holdfast_changed';

/** After a change that nobody told of, because who made it was killed before he could. */
export const LOOK_MS = 10_000;

export class Changes implements OnModuleDestroy {
  readonly #listener: Listener;
  readonly #watchers = new Set<OnChange>();
  #listening = false;
  #clock: NodeJS.Timeout | undefined;

  constructor(listener: Listener) {
    this.#listener = listener;
  }

  /** Also tells that any may have changed when it begins to listen, and every now and then. */
  watch(watcher: OnChange): () => void {
    const told = guarded('jobs', watcher);
    this.#watchers.add(told);
    if (!this.#listening) this.#open();
    return () => {
      this.#watchers.delete(told);
      if (this.#watchers.size === 0) inBackground('jobs', () => this.#close());
    };
  }

  async onModuleDestroy(): Promise<void> {
    this.#watchers.clear();
    await this.#close();
  }

  #open(): void {
    this.#listening = true;
    const heard: Handler = (payload) => {
      this.#tell(payload === null ? null : idsIn(payload));
    };
    inBackground('jobs', () => this.#listener.listen({ [CHANNEL]: heard }));
    this.#clock = setInterval(
      guarded('jobs', () => {
        this.#tell(null);
      }),
      LOOK_MS,
    );
  }

  async #close(): Promise<void> {
    if (!this.#listening) return;
    this.#listening = false;
    clearInterval(this.#clock);
    await this.#listener.forget([CHANNEL]);
  }

  #tell(jobIds: readonly string[] | null): void {
    for (const watcher of this.#watchers) watcher(jobIds);
  }
}
