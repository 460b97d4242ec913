/**
 * Reads single jobs as they are now: many that are asked for at once together, of one that has ended only whether it
 * still is so, and of one that goes on anew only what is otherwise than it was.
 */
import pg from 'pg';
import { type Pool, statementName } from '../database/pool.js';
import { Together } from '../database/together.js';
import type { Prisma } from '../database/generated/client.js';
import type { JobStatus } from '../domain/status.js';
import { toDetail } from './job.mapper.js';
import { endsById, type JobAmongOthersRow, jobsAmongOthers, type JobEnd, MOST_WANTED } from './job.row.js';
import { type KeptAnswer, KeptAnswers } from './kept-answers.js';
import { endStateOf } from './unchanged.js';

/** Jobs that are read together: some have thousands of tasks, and each waits for all. */
const JOBS = 16;
/** What a row takes beside its texts of any length, in characters. */
const ROW = 1_024;

/** As JSON. */
export interface JobAnswer extends KeptAnswer {
  readonly status: JobStatus;
  /** What it was made of; null: it has ended. */
  readonly madeOf: RawJob | null;
}

/** As the driver hands it on: a bigint as text, and so, by `JSON_AS_TEXT`, what is JSON. */
type Raw = Readonly<Record<string, unknown>> & { readonly id: string; readonly endedMicros: string | null };

type RawJob = Raw &
  Omit<JobAmongOthersRow, 'endedMicros' | 'variables' | 'tasks'> & {
    readonly variables: string | null;
    readonly tasks: string;
  };

type RawEnd = Raw & Omit<JobEnd, 'endedMicros'>;

const JSON_TYPES: readonly number[] = [pg.types.builtins.JSON, pg.types.builtins.JSONB];
/** Not an array, nor anything that has a length: the driver asks for that too. */
const JSON_AS_TEXT: pg.CustomTypesConfig = {
  getTypeParser: (type, format) =>
    JSON_TYPES.includes(type) ? (text: string) => text : (pg.types.getTypeParser(type, format) as unknown),
};

/** The text of `query` is the same for any number of ids. */
function reading<T extends Raw>(pool: Pool, query: (ids: readonly string[]) => Prisma.Sql) {
  const name = statementName(query([]).text);
  return async (ids: readonly string[]): Promise<Map<string, T>> => {
    const { text, values } = query(ids);
    const { rows } = await pool.query<T>({ name, text, values, types: JSON_AS_TEXT });
    return new Map(rows.map((row) => [row.id, row]));
  };
}

const microsOf = ({ endedMicros }: Raw) => (endedMicros === null ? null : BigInt(endedMicros));

const stateOf = (raw: RawJob | RawEnd) => endStateOf(microsOf(raw), raw.reruns);

const rowOf = (raw: RawJob): JobAmongOthersRow => ({
  ...raw,
  endedMicros: microsOf(raw),
  variables: raw.variables === null ? null : (JSON.parse(raw.variables) as JobAmongOthersRow['variables']),
  tasks: JSON.parse(raw.tasks) as JobAmongOthersRow['tasks'],
});

/** Arrays are of ids. */
const isSame = (one: Raw, other: Raw) =>
  Object.keys(one).every((key) => one[key] === other[key] || String(one[key]) === String(other[key]));

const isMadeOf = ({ madeOf, ended }: JobAnswer, raw: RawJob) =>
  madeOf === null ? ended === stateOf(raw) : isSame(madeOf, raw);

export class JobReader {
  readonly #kept = new KeptAnswers<JobAnswer>();
  readonly #jobs: Together<RawJob>;
  readonly #ends: Together<RawEnd>;

  constructor(pool: Pool) {
    this.#jobs = new Together({ most: JOBS, read: reading<RawJob>(pool, jobsAmongOthers) });
    this.#ends = new Together({ most: MOST_WANTED, read: reading<RawEnd>(pool, endsById) });
  }

  /** undefined: it is not there, here and below. */
  async end(id: string): Promise<Pick<KeptAnswer, 'pipeline' | 'ended'> | undefined> {
    const raw = await this.#ends.read(id);
    return raw && { pipeline: raw.pipeline, ended: stateOf(raw) };
  }

  async row(id: string): Promise<JobAmongOthersRow | undefined> {
    const raw = await this.#jobs.read(id);
    return raw && rowOf(raw);
  }

  /** The documented answer. */
  async answer(id: string): Promise<JobAnswer | undefined> {
    const kept = this.#kept.get(id);
    if (kept !== undefined && kept.madeOf === null) {
      const end = await this.end(id);
      if (end?.ended === kept.ended) return kept;
    }
    const raw = await this.#jobs.read(id);
    if (raw === undefined) {
      this.#kept.forget(id);
      return undefined;
    }
    // Perhaps by another one who has asked at the same time.
    const made = this.#kept.get(id);
    if (made !== undefined && isMadeOf(made, raw)) return made;
    return this.#make(raw);
  }

  #make(raw: RawJob): JobAnswer {
    const { id, pipeline, status } = raw;
    const ended = stateOf(raw);
    const answer = JSON.stringify(toDetail(rowOf(raw)));
    const madeOf = ended === null ? raw : null;
    const size =
      answer.length + (madeOf === null ? 0 : ROW + raw.tasks.length + (raw.variables?.length ?? 0));
    const made = { pipeline, status, ended, answer, madeOf, size };
    this.#kept.set(id, made);
    return made;
  }
}
