/** Holds the set of pipelines in force, and replaces it only by one that is valid (9.6). */

import type { PipelineDefinition } from '../domain/definition.js';
import { differences, type Differences } from './differences.js';
import type { PipelinesSource } from './files/find.js';
import { stateOfFiles } from './files/state.js';
import { loadPipelines, type LoadedPipelines } from './load.js';

/** The set now in force, and what it has other than the one before. */
export type ReloadedPipelines = LoadedPipelines & Differences;

export class PipelineSet {
  private loaded: LoadedPipelines = { pipelines: new Map(), warnings: [], files: [] };
  private loadedState: string | null = null;
  private lastReload: Promise<unknown> = Promise.resolve();

  constructor(private readonly source: PipelinesSource) {}

  /** Empty until the first `reload`. */
  get current(): LoadedPipelines {
    return this.loaded;
  }

  get(name: string): PipelineDefinition | undefined {
    return this.loaded.pipelines.get(name);
  }

  /** By code unit. */
  names(): string[] {
    return [...this.loaded.pipelines.keys()].sort();
  }

  /** Throws PipelinesError and keeps the set if the new one is invalid. One after the other: an older reading never replaces a newer one. */
  reload(): Promise<ReloadedPipelines> {
    return this.inTurn(async () => {
      // Before they are read: of a change meanwhile the set must not count as up to date.
      const state = await this.stateOfFiles();
      return this.replace(await loadPipelines(this.source), state);
    });
  }

  /** As `reload`, but what was read, or was wrong, counts only if the files are in this state all the while. null: they are not. */
  reloadIn(state: string): Promise<ReloadedPipelines | null> {
    return this.inTurn(async () => {
      const [outcome] = await Promise.allSettled([loadPipelines(this.source)]);
      if ((await this.stateOfFiles()) !== state) return null;
      if (outcome.status === 'rejected') throw outcome.reason;
      return this.replace(outcome.value, state);
    });
  }

  stateOfFiles(): Promise<string> {
    return stateOfFiles(this.source);
  }

  /** Whether the set in force was read from files in this state. */
  isOf(state: string): boolean {
    return this.loadedState === state;
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.lastReload.then(work);
    this.lastReload = turn.catch(() => undefined);
    return turn;
  }

  private replace(loaded: LoadedPipelines, state: string): ReloadedPipelines {
    const changes = differences(this.loaded.pipelines, loaded.pipelines);
    this.loaded = loaded;
    this.loadedState = state;
    return { ...loaded, ...changes };
  }
}
