/** Lets those in together who have come to a pipeline while it was busy with others: by one transaction for all of them. */
import { HoldfastError, unavailable } from '../domain/errors.js';
import { API } from '../database/limits.js';
import type { Pool } from '../database/pool.js';
import { codeOf, isLost, isRefused } from '../database/refused.js';
import { inTransaction } from '../database/transaction.js';
import { inBackground } from '../telemetry/guarded.js';
import { admitInTurn } from './admit.js';
import { type Admitted, type Newcomer, newcomerOf, type ScheduleRequest } from './newcomer.js';

/** In one transaction; the first one is taken in any case. */
const MOST = { jobs: 100, tasks: 1_000, characters: 1024 * 1024 };

interface Waiting extends Newcomer {
  /** By the monotonic clock. */
  readonly since: number;
  readonly answer: (admitted: Admitted) => void;
  readonly fail: (error: unknown) => void;
}

interface Line {
  /** As they came; none waits for longer than for a connection. */
  readonly waiting: Waiting[];
  /** How many at its beginning go one by one, because one of them has made a transaction fail. */
  alone: number;
  /** Jobs of the next transaction: fewer after one that had to stop for a job that takes another's place. */
  most: number;
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
      const waiting = { ...newcomer, since: performance.now(), answer, fail };
      if (line !== undefined) line.waiting.push(waiting);
      else {
        const started = { waiting: [waiting], alone: 0, most: MOST.jobs };
        inBackground('scheduler', () => this.#serve(pipeline, started));
      }
    });
  }

  async #serve(pipeline: string, line: Line): Promise<void> {
    this.#lines.set(pipeline, line);
    try {
      while (line.waiting.length > 0) await this.#serveSome(line);
    } finally {
      this.#lines.delete(pipeline);
      // Empty, unless something failed that is not the database. Nothing would answer them.
      for (const { fail } of line.waiting.splice(0)) fail(unavailable());
    }
  }

  async #serveSome(line: Line): Promise<void> {
    for (const { fail } of leave(line, countLate(line.waiting))) fail(unavailable());
    const some = groupOf(line.waiting, line.alone > 0 ? 1 : line.most);
    if (some.length === 0) return;
    try {
      const outcomes = await inTransaction(this.#pool, (on, atCommit) => admitInTurn(on, atCommit, some));
      line.most = outcomes.length < some.length ? outcomes.length : Math.min(2 * line.most, MOST.jobs);
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
      // A database that is away meets all who wait: who has been told of it by then must not get a job long after.
      for (const { fail } of leave(line, isLost(error) ? Infinity : some.length)) fail(error);
    }
  }
}

/** At the beginning of the line. */
function countLate(waiting: readonly Waiting[]): number {
  const due = performance.now() - API.connectMs;
  const inTime = waiting.findIndex(({ since }) => since >= due);
  return inTime === -1 ? waiting.length : inTime;
}

function groupOf(waiting: readonly Waiting[], most: number): Waiting[] {
  let [tasks, characters] = [0, 0];
  const end = waiting.findIndex(({ request }, at) => {
    tasks += request.definition.tasks.length;
    characters += request.queuePartition.length + (request.variables?.length ?? 0);
    return at > 0 && (at >= most || tasks > MOST.tasks || characters > MOST.characters);
  });
  return waiting.slice(0, end === -1 ? waiting.length : end);
}

function leave(line: Line, count: number): Waiting[] {
  line.alone = Math.max(0, line.alone - count);
  return line.waiting.splice(0, count);
}

/** 54: a text may be longer than an index can have it. */
const isOfOne = (error: unknown) => isRefused(error) || codeOf(error).startsWith('54');
