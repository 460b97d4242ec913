/** Holds the set of pipelines in force, and replaces it only by one that is valid (9.6). */

import type { PipelineDefinition } from '../domain/definition.js';
import { loadPipelines, type LoadedPipelines, type PipelinesSource } from './load.js';

export class PipelineSet {
  private loaded: LoadedPipelines = { pipelines: new Map(), warnings: [], files: [] };
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
  reload(): Promise<LoadedPipelines> {
    const reload = this.lastReload.then(async () => {
      this.loaded = await loadPipelines(this.source);
      return this.loaded;
    });
    this.lastReload = reload.catch(() => undefined);
    return reload;
  }
}
