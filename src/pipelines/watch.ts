/**
 * Reloads the pipelines when a file of theirs appears, changes or goes away.
 * It asks again and again rather than being told, since network mounts, containers and editors that replace files lose events.
 */

import { guarded } from '../telemetry/guarded.js';
import type { PipelineSet, ReloadedPipelines } from './pipelines.store.js';

export interface WatchOptions {
  readonly onLoaded: (pipelines: ReloadedPipelines) => void;
  /** Mostly a PipelinesError; the set in force stays. Once for each distinct message until the files are well again. */
  readonly onFailed: (error: unknown) => void;
  /** Files that were not touched for so long count as written. */
  readonly settleMs?: number;
  readonly pollMs?: number;
}

export interface PipelinesWatch {
  /** Nothing is called any more. A reload under way still comes to its end. */
  close(): void;
}

const SETTLE_MS = 300;
const POLL_MS = 1_000;
/** Large folders are looked at less often: the pause is so many times what a look takes. */
const PAUSE_PER_LOOK = 20;
const MAX_REMEMBERED = 1_000;

export function watchPipelines(set: PipelineSet, options: WatchOptions): PipelinesWatch {
  return new Watcher(set, options);
}

class Watcher implements PipelinesWatch {
  private timer: NodeJS.Timeout | undefined;
  private closed = false;
  /** By the last look. */
  private seen: string | null = null;
  private readonly reported = new Set<string>();

  constructor(
    private readonly set: PipelineSet,
    private readonly options: WatchOptions,
  ) {
    this.lookIn(0);
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
  }

  private lookIn(milliseconds: number): void {
    if (this.closed) return;
    this.timer = setTimeout(
      guarded('pipelines', () => this.round()),
      milliseconds,
    );
    this.timer.unref();
  }

  private async round(): Promise<void> {
    const start = performance.now();
    let pause = this.options.pollMs ?? POLL_MS;
    try {
      pause = await this.look().catch((error: unknown) => this.failed(error));
    } finally {
      this.lookIn(Math.max(pause, PAUSE_PER_LOOK * (performance.now() - start)));
    }
  }

  /** Only what two looks in a row see alike is read. The answer is when to look again, in milliseconds. */
  private async look(): Promise<number> {
    const { settleMs = SETTLE_MS, pollMs = POLL_MS } = this.options;
    const state = await this.set.stateOfFiles();
    const settled = state === this.seen;
    this.seen = state;
    if (this.set.isOf(state) && this.reported.size === 0) return pollMs;
    if (!settled) return settleMs;
    if (this.closed) return pollMs;
    const reloaded = await this.set.reloadIn(state);
    if (reloaded === null) return settleMs;
    this.loaded(reloaded);
    return pollMs;
  }

  private loaded(pipelines: ReloadedPipelines): void {
    this.reported.clear();
    if (!this.closed) this.options.onLoaded(pipelines);
  }

  /** It is tried again: not all that fails is in the files. */
  private failed(error: unknown): number {
    const message = String(error);
    if (!this.closed && !this.reported.has(message)) {
      if (this.reported.size >= MAX_REMEMBERED) this.reported.clear();
      this.reported.add(message);
      this.options.onFailed(error);
    }
    return this.options.pollMs ?? POLL_MS;
  }
}
