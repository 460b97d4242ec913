/** Which jobs have changed, and to what, read once for all who watch; the last ones are kept for who comes again. */
import { BackgroundLoop } from '../../telemetry/background-loop.js';
import type { Changes } from './changes.js';
import type { Feed } from './feeds.js';

export interface JobChange {
  readonly id: string;
  readonly pipeline: string;
  readonly status: string;
}

/** Changes that were read together, and when, by the database's clock. */
export interface Batch {
  readonly micros: bigint;
  readonly jobs: readonly JobChange[];
}

export interface ReadChanges {
  /** What has become of these jobs. */
  of(ids: readonly string[]): Promise<Batch>;
  /** Jobs of which, or of a task of which, something is otherwise since then, and perhaps a little before; null: too many. */
  since(micros: bigint): Promise<Batch | null>;
}

/** null: too much has changed to be told. */
export type OnBatch = (batch: Batch | null) => void;

const REST_MS = 200;
const AWAY_MS = 2_000;
/** Jobs that are looked at together; of more only that is told. */
const MOST = 5_000;

export class JobsFeed implements Feed {
  readonly #read: ReadChanges;
  readonly #unwatch: () => void;
  readonly #watchers = new Set<OnBatch>();
  #due = new Set<string>();
  /** Whether it has to be looked for what nobody has told. */
  #any = false;
  readonly #looking = new BackgroundLoop('jobs', () => this.#look());
  #closed = false;
  /** When it was last looked, by the database's clock. */
  #micros: bigint | null = null;
  /** What was told since the look before the last one, so that a look does not tell it again. */
  #told = new Map<string, string>();
  #toldBefore = new Map<string, string>();

  constructor(changes: Changes, read: ReadChanges) {
    this.#read = read;
    this.#unwatch = changes.watch((ids) => {
      if (ids === null) this.#any = true;
      else for (const id of ids) this.#due.add(id);
      this.#looking.wake();
    });
  }

  watch(watcher: OnBatch): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  close(): void {
    this.#closed = true;
    this.#unwatch();
  }

  async #look(): Promise<void> {
    while ((this.#any || this.#due.size > 0) && !this.#closed) {
      const [ids, any] = [[...this.#due], this.#any];
      this.#due = new Set();
      this.#any = false;
      let rest = REST_MS;
      try {
        if (ids.length > MOST) this.#tell(null);
        else if (ids.length > 0) this.#tell(await this.#read.of(ids));
        if (any) await this.#lookSince();
      } catch {
        // While there is no database, nothing changes. What has before is found when it is back.
        this.#any = true;
        rest = AWAY_MS;
      }
      await new Promise((done) => setTimeout(done, rest));
    }
  }

  async #lookSince(): Promise<void> {
    const before = this.#micros;
    const batch = before === null ? await this.#read.of([]) : await this.#read.since(before);
    if (batch === null) {
      this.#tell(null);
      this.#micros = (await this.#read.of([])).micros;
      return;
    }
    this.#micros = batch.micros;
    // Of one that runs, a task may be otherwise than when it was told.
    const isNew = ({ id, status }: JobChange) =>
      status === 'running' || (this.#told.get(id) !== status && this.#toldBefore.get(id) !== status);
    const jobs = batch.jobs.filter(isNew);
    this.#toldBefore = this.#told;
    this.#told = new Map();
    if (jobs.length > 0) this.#tell({ ...batch, jobs });
  }

  #tell(batch: Batch | null): void {
    if (this.#told.size > MOST) this.#told = new Map();
    for (const { id, status } of batch?.jobs ?? []) this.#told.set(id, status);
    for (const watcher of this.#watchers) watcher(batch);
  }
}
