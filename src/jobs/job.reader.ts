/** Reads single jobs as they are now: many that are asked for at once together, and of one that has ended only whether it still is so. */
import { type Pool, rowsOf, statementName } from '../database/pool.js';
import { Together } from '../database/together.js';
import type { Prisma } from '../database/generated/client.js';
import type { JobStatus } from '../domain/status.js';
import { toDetail } from './job.mapper.js';
import { endsById, type JobAmongOthersRow, jobsAmongOthers, type JobEnd, MOST_WANTED } from './job.row.js';
import { type KeptAnswer, KeptAnswers } from './kept-answers.js';
import { endStateOf } from './unchanged.js';

/** Jobs that are read together: some have thousands of tasks, and each waits for all. */
const JOBS = 16;

/** As JSON. */
export interface JobAnswer extends KeptAnswer {
  readonly status: JobStatus;
}

type Ended = Pick<JobEnd, 'id' | 'endedMicros'>;
/** The driver leaves it to us to read a bigint. */
type Raw = Record<string, unknown> & { readonly id: string; readonly endedMicros: string | null };

/** The text of `query` is the same for any number of ids. */
function reading<T extends Ended>(pool: Pool, query: (ids: readonly string[]) => Prisma.Sql) {
  const name = statementName(query([]).text);
  return async (ids: readonly string[]): Promise<Map<string, T>> => {
    const { text, values } = query(ids);
    const rows = await rowsOf<Raw>(pool, { name, text }, values);
    return new Map(
      rows.map((row) => {
        const endedMicros = row.endedMicros === null ? null : BigInt(row.endedMicros);
        return [row.id, { ...row, endedMicros } as unknown as T];
      }),
    );
  };
}

export class JobReader {
  readonly #kept = new KeptAnswers<JobAnswer>();
  readonly #jobs: Together<JobAmongOthersRow>;
  readonly #ends: Together<JobEnd>;

  constructor(pool: Pool) {
    this.#jobs = new Together({ most: JOBS, read: reading<JobAmongOthersRow>(pool, jobsAmongOthers) });
    this.#ends = new Together({ most: MOST_WANTED, read: reading<JobEnd>(pool, endsById) });
  }

  /** undefined: it is not there, here and below. */
  end(id: string): Promise<JobEnd | undefined> {
    return this.#ends.read(id);
  }

  row(id: string): Promise<JobAmongOthersRow | undefined> {
    return this.#jobs.read(id);
  }

  /** The documented answer. */
  async answer(id: string): Promise<JobAnswer | undefined> {
    const kept = this.#kept.get(id);
    if (kept !== undefined) {
      const end = await this.end(id);
      if (end !== undefined && endStateOf(end.endedMicros, end.reruns) === kept.ended) return kept;
      this.#kept.forget(id);
    }
    const row = await this.row(id);
    if (row === undefined) return undefined;
    const { pipeline, status } = row;
    const ended = endStateOf(row.endedMicros, row.reruns);
    const answer = { pipeline, status, ended, answer: JSON.stringify(toDetail(row)) };
    this.#kept.set(id, answer);
    return answer;
  }
}
