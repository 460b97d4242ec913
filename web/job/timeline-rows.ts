/** When each task waited, ran, failed and was tried again: pieces of time, out of what the API tells of a job. */
import type { Job, Task, TaskStatus } from '../api/types.js';
import { firstStart, readyAt, type Timed } from './graph-shape.js';

/** `waits`: for a worker; `pauses`: for its next attempt. */
export type PieceKind = 'waits' | 'pauses' | TaskStatus;

export interface Piece {
  readonly kind: PieceKind;
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
}

export interface Row {
  readonly name: string;
  readonly status: TaskStatus;
  readonly pieces: readonly Piece[];
  /** null: it has not run. */
  readonly ranSeconds: number | null;
  readonly waitedSeconds: number | null;
  readonly attempts: number;
  /** Done by the job that this one runs again: it took none of this one's time. */
  readonly carriedOver: boolean;
}

type Told = Pick<Job, 'start' | 'end'> & {
  readonly tasks: readonly (Timed & Pick<Task, 'retryAt' | 'carriedOver'>)[];
};

export function rowsOf(job: Told, now: number): Row[] {
  return job.tasks.map((task) => {
    const { name, status, carriedOver = false } = task;
    const pieces: Piece[] = [];
    if (carriedOver)
      return { name, status, pieces, ranSeconds: null, waitedSeconds: null, attempts: 0, carriedOver };
    const add = (kind: PieceKind, from: number, to: number) => {
      if (to >= from) pieces.push({ kind, from, to });
    };
    const ready = readyAt(task, job);
    const started = firstStart(task);
    if (ready !== null && (started !== null || task.status === 'waiting'))
      add('waits', Math.min(ready, started ?? now), started ?? now);
    let last: number | null = null;
    for (const attempt of task.attempts ?? []) {
      const [from, to] = [Date.parse(attempt.start), Date.parse(attempt.end)];
      if (last !== null) add('pauses', last, from);
      add('error', from, to);
      last = to;
    }
    if (task.start !== null) {
      const from = Date.parse(task.start);
      if (last !== null) add('pauses', last, from);
      add(task.status, from, task.end === null ? now : Date.parse(task.end));
    } else if (last !== null && task.status === 'waiting') {
      add('pauses', last, now);
    }
    const waits = pieces.find(({ kind }) => kind === 'waits');
    const ran = pieces.filter(({ kind }) => kind !== 'waits' && kind !== 'pauses');
    return {
      name,
      status,
      pieces,
      ranSeconds: ran.length === 0 ? null : sum(ran) / 1000,
      waitedSeconds: waits === undefined || started === null ? null : sum([waits]) / 1000,
      attempts: (task.attempts?.length ?? 0) + (task.start === null ? 0 : 1),
      carriedOver,
    };
  });
}

const sum = (pieces: readonly Piece[]) => pieces.reduce((total, { from, to }) => total + to - from, 0);

/** From when to when there is something to be drawn; null: nothing has begun. */
export function spanOf(job: Pick<Job, 'start' | 'end'>, rows: readonly Row[], now: number) {
  if (job.start === null) return null;
  const from = Date.parse(job.start);
  const ends = rows.flatMap(({ pieces }) => pieces.map(({ to }) => to));
  const to = Math.max(from + 1000, job.end === null ? now : Date.parse(job.end), ...ends);
  return { from, to };
}
