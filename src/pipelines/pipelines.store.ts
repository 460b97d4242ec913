/** Holds the set of pipelines in force, and replaces it only by one that is valid (9.6). */

import type { PipelineDefinition } from '../domain/definition.js';
import { differences, type Differences } from './differences.js';
import type { PipelinesSource } from './files/find.js';
import { stateOfFiles } from './files/state.js';
import { loadPipelines, type LoadedPipelines } from './load.js';
import { type Parser, PARSER_HERE } from './threads/parser.js';

/** The set now in force, and what it has other than the one before. */
export type ReloadedPipelines = LoadedPipelines & Differences;

export class PipelineSet {
  private loaded: LoadedPipelines = { pipelines: new Map(), warnings: [], files: [] };
  private loadedState: string | null = null;
  private lastReload: Promise<unknown> = Promise.resolve();

  /** `openParser`: for reloads, which happen while callers are served. */
  constructor(
    private readonly source: PipelinesSource,
    private readonly openParser: () => Parser = () => PARSER_HERE,
  ) {}

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
      return this.replace(await this.load(), state);
    });
  }

  /** As `reload`, but what was read, or was wrong, counts only if the files are in this state all the while. null: they are not. */
  reloadIn(state: string): Promise<ReloadedPipelines | null> {
    return this.inTurn(async () => {
      const [outcome] = await Promise.allSettled([this.load()]);
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

  private async load(): Promise<LoadedPipelines> {
    const parser = this.loadedState === null ? PARSER_HERE : this.openParser();
    try {
      return await loadPipelines(this.source, parser);
    } finally {
      await parser.close();
    }
  }

  private replace(read: LoadedPipelines, state: string): ReloadedPipelines {
    const before = this.loaded.pipelines;
    const changes = differences(before, read.pipelines);
    const isNew = new Set([...changes.added, ...changes.changed]);
    // An unchanged definition stays the same object, so that what is cached for it is kept.
    const pipelines = new Map(
      [...read.pipelines].map(([name, definition]) => [
        name,
        isNew.has(name) ? definition : (before.get(name) ?? definition),
      ]),
    );
    this.loaded = { ...read, pipelines };
    this.loadedState = state;
    return { ...this.loaded, ...changes };
  }
}
