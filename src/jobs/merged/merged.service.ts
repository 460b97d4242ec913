/** Finds the tasks whose output is merged, and how far a reader has come in each. */
import { Injectable } from '@nestjs/common';
import { Database } from '../../database/database.js';
import type { Caller } from '../../domain/caller.js';
import { invalidRequest } from '../../domain/errors.js';
import { isTaskEnd } from '../../domain/status.js';
import { STREAMS } from '../../executor/executor.js';
import { formatPlace, parsePlace, type Place } from '../events/output-place.js';
import { JobsService, type TaskWithOutput } from '../jobs.service.js';
import type { EndState } from '../unchanged.js';
import { BEGINNING, formatJobPlaces, type JobPlaces, parseJobPlaces } from './job-cursor.js';
import { mergedPage, type MergedRead, type MergedTask, type ReadPlace } from './merged-page.js';
import type { MergedOutputQuery } from './merged.query.js';

export interface MergedPage {
  readonly ended: EndState;
  readonly json: () => AsyncGenerator<string>;
}

@Injectable()
export class MergedOutputService {
  constructor(
    private readonly jobs: JobsService,
    private readonly database: Database,
  ) {}

  async page(query: MergedOutputQuery, caller: Caller): Promise<MergedPage> {
    const { task, attempt, stream, limit } = query;
    if (task === undefined && attempt !== undefined) throw invalidRequest('Invalid attempt');
    const read = task === undefined ? await this.#job(query, caller) : await this.#task(query, task, caller);
    const streams = stream === undefined ? STREAMS : [stream];
    const { ended, ...tasks } = read;
    return { ended, json: () => mergedPage(this.database.pool, { ...tasks, streams, limit }) };
  }

  async #job({ id, cursor }: MergedOutputQuery, caller: Caller): Promise<Read> {
    const known = cursor === undefined ? BEGINNING : parseJobPlaces(cursor);
    if (known === null) throw invalidRequest('Invalid cursor');
    const { tasks, ended } = await this.jobs.tasksWithOutput(id, caller);
    const unread = tasks.flatMap((task, number) =>
      task.attempt === 0 || known.read.has(number)
        ? []
        : [mergedTask(task, number, placeIn(task.attempt, known.begun.get(number)))],
    );
    const cursorOf = (places: readonly ReadPlace[], isAll: boolean) =>
      ended !== null && isAll ? null : formatJobPlaces(placesAfter(known, places));
    return { ended, tasks: unread, cursorOf };
  }

  async #task({ id, attempt, cursor }: MergedOutputQuery, name: string, caller: Caller): Promise<Read> {
    const known = cursor === undefined ? undefined : parsePlace(cursor);
    if (known === null) throw invalidRequest('Invalid cursor');
    const { task, ended } = await this.jobs.taskWithOutput({ id, task: name, attempt }, caller);
    const wanted = attempt ?? task.attempt;
    const isEarlier = wanted < task.attempt || (attempt !== undefined && task.status !== 'running');
    const found = mergedTask(task, 0, placeIn(wanted, known));
    const tasks = wanted === 0 ? [] : [{ ...found, isOver: found.isOver || isEarlier }];
    const cursorOf = ([read]: readonly ReadPlace[]) => {
      if (read === undefined) return found.isOver ? null : formatPlace({ ...found.place, attempt: 1 });
      return read.isRead ? null : formatPlace(read.place);
    };
    return { ended, tasks, cursorOf };
  }
}

type Read = Pick<MergedRead, 'tasks' | 'cursorOf'> & Pick<MergedPage, 'ended'>;

/** Where the attempt is read from: what is known of another one says nothing about it. */
const placeIn = (attempt: number, known: Place | undefined): Place =>
  known?.attempt === attempt ? known : { attempt, stdout: 0, stderr: 0 };

const mergedTask = (task: TaskWithOutput, number: number, place: Place): MergedTask => ({
  name: task.name,
  number,
  taskId: task.taskId,
  startedMs: task.startedAt?.getTime() ?? 0,
  place,
  isOver: isTaskEnd(task.status),
});

function placesAfter(known: JobPlaces, places: readonly ReadPlace[]): JobPlaces {
  const read = new Set(known.read);
  const begun = new Map(known.begun);
  for (const { task, place, isRead } of places) {
    begun.delete(task.number);
    if (isRead) read.add(task.number);
    else if (place.stdout > 0 || place.stderr > 0) begun.set(task.number, place);
  }
  return { read, begun };
}
