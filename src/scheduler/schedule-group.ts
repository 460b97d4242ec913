/** Lets those in together who have come to a pipeline while it was busy with others: by one transaction for all of them. */
import { HoldfastError } from '../domain/errors.js';
import type { Pool } from '../database/pool.js';
import { isRefused } from '../database/refused.js';
import { inTransaction } from '../database/transaction.js';
import { admitInTurn } from './admit.js';
import { type Admitted, type Newcomer, newcomerOf, type ScheduleRequest } from './newcomer.js';

/** In one transaction; the first one is taken in any case. */
const MOST = { jobs: 100, tasks: 1_000, characters: 1024 * 1024 };

interface Waiting extends Newcomer {
  readonly answer: (admitted: Admitted) => void;
  readonly fail: (error: unknown) => void;
}

interface Line {
  /** As they came. Each is a request that waits for its answer, of which the server has only so many. */
  readonly waiting: Waiting[];
  /** How many at its beginning go one by one, because one of them has made a transaction fail. */
  alone: number;
}

export class ScheduleGroups {
  readonly #pool: Pool;
  /** By pipeline; one that nobody comes to has none. */
  readonly #lines = new Map<string, Line>();

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** Throws a `not_schedulable` where there is no room. */
  admit(request: ScheduleRequest): Promise<Admitted> {
    const newcomer = newcomerOf(request);
    const pipeline = request.definition.name;
    return new Promise((answer, fail) => {
      const line = this.#lines.get(pipeline);
      const waiting = { ...newcomer, answer, fail };
      if (line !== undefined) line.waiting.push(waiting);
      else void this.#serve(pipeline, { waiting: [waiting], alone: 0 });
    });
  }

  async #serve(pipeline: string, line: Line): Promise<void> {
    this.#lines.set(pipeline, line);
    while (line.waiting.length > 0) await this.#serveSome(line);
    this.#lines.delete(pipeline);
  }

  async #serveSome(line: Line): Promise<void> {
    const some = line.alone > 0 ? line.waiting.slice(0, 1) : groupOf(line.waiting);
    try {
      const outcomes = await inTransaction(this.#pool, (on, atCommit) => admitInTurn(on, atCommit, some));
      for (const [at, { answer, fail }] of leave(line, outcomes.length).entries()) {
        const outcome = outcomes[at];
        if (outcome instanceof HoldfastError) fail(outcome);
        else answer(outcome as Admitted);
      }
    } catch (error) {
      if (isOfOne(error) && some.length > 1) {
        line.alone = some.length;
        return;
      }
      // Trouble with the database meets all who wait: who has been told of it by then must not get a job long after.
      for (const { fail } of leave(line, isOfOne(error) ? 1 : Infinity)) fail(error);
    }
  }
}

function groupOf(waiting: readonly Waiting[]): Waiting[] {
  let [tasks, characters] = [0, 0];
  const end = waiting.findIndex(({ request, variables }, at) => {
    tasks += request.definition.tasks.length;
    characters += request.queuePartition.length + (variables?.length ?? 0);
    return at > 0 && (at === MOST.jobs || tasks > MOST.tasks || characters > MOST.characters);
  });
  return waiting.slice(0, end === -1 ? waiting.length : end);
}

function leave(line: Line, count: number): Waiting[] {
  line.alone = Math.max(0, line.alone - count);
  return line.waiting.splice(0, count);
}

/** 54: a text may be longer than an index can have it. */
const isOfOne = (error: unknown) =>
  isRefused(error) || ((error as { code?: string }).code ?? '').startsWith('54');
