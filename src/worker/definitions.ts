/** The definitions that jobs carry: they never change, so each is read once, and the latest are kept. */
import type { PipelineDefinition } from '../domain/definition.js';
import type { Scheduler } from '../scheduler/scheduler.js';

const KEPT = 200;

export class Definitions {
  readonly #scheduler: Scheduler;
  readonly #known = new Map<string, PipelineDefinition | null>();

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  async get(id: string): Promise<PipelineDefinition | null> {
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    const definition = await this.#scheduler.definition(id);
    const [oldest] = this.#known.keys();
    if (this.#known.size >= KEPT && oldest !== undefined) this.#known.delete(oldest);
    this.#known.set(id, definition);
    return definition;
  }
}
