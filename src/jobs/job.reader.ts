/** Reads jobs one by one for many who ask: those that are asked for while others are being read are read together. */
import { type Queryable, statementName } from '../database/pool.js';
import { type JobAmongOthersRow, jobsAmongOthers } from './job.row.js';

/** Read at a time; who comes meanwhile is the next one's, and so there are more together the more is asked for. */
const UNDER_WAY = 2;
/** Jobs that are read together: each waits for all of them, and some have thousands of tasks. */
const TOGETHER = 16;

/** Its text is the same for any number of jobs. */
const NAME = statementName(jobsAmongOthers([]).text);

type Row = Omit<JobAmongOthersRow, 'endedMicros'> & { readonly endedMicros: string | null };

interface Asked {
  readonly answer: (row: JobAmongOthersRow | undefined) => void;
  readonly fail: (error: unknown) => void;
}

export class JobReader {
  readonly #database: Queryable;
  #waiting = new Map<string, Asked[]>();
  #underWay = 0;

  constructor(database: Queryable) {
    this.#database = database;
  }

  /** As it is after this call, or later. undefined: it is not there. */
  read(id: string): Promise<JobAmongOthersRow | undefined> {
    return new Promise((answer, fail) => {
      const asked = this.#waiting.get(id);
      if (asked === undefined) this.#waiting.set(id, [{ answer, fail }]);
      else asked.push({ answer, fail });
      this.#go();
    });
  }

  #go(): void {
    while (this.#underWay < UNDER_WAY && this.#waiting.size > 0) {
      const batch = new Map([...this.#waiting].slice(0, TOGETHER));
      for (const id of batch.keys()) this.#waiting.delete(id);
      this.#underWay += 1;
      void this.#readBatch(batch);
    }
  }

  async #readBatch(batch: ReadonlyMap<string, readonly Asked[]>): Promise<void> {
    try {
      const { text, values } = jobsAmongOthers([...batch.keys()]);
      const { rows } = await this.#database.query<Row>({ name: NAME, text, values });
      const found = new Map(rows.map((row) => [row.id, toRow(row)]));
      for (const [id, asked] of batch) for (const { answer } of asked) answer(found.get(id));
    } catch (error) {
      for (const asked of batch.values()) for (const { fail } of asked) fail(error);
    } finally {
      this.#underWay -= 1;
      this.#go();
    }
  }
}

const toRow = (row: Row): JobAmongOthersRow => ({
  ...row,
  endedMicros: row.endedMicros === null ? null : BigInt(row.endedMicros),
});
