/** Pipelines as labels of numbers: a limited number of them, because each costs every scrape some lines for ever. */

const LIMIT = 200;
export const OTHER = 'other';

export class Labels {
  readonly #known = new Set<string>();
  readonly #limit: number;

  constructor(limit = LIMIT) {
    this.#limit = limit;
  }

  /** First come, first served; those that come late are called alike. */
  of(name: string): string {
    if (this.#known.has(name)) return name;
    if (this.#known.size >= this.#limit) return OTHER;
    this.#known.add(name);
    return name;
  }
}

const labels = new Labels();

export const pipelineLabel = (name: string): string => labels.of(name);
