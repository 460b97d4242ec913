/** A page of a job's output as JSON, sent while it is read. */
import type { Queryable } from '../../database/pool.js';
import type { Stream } from '../../executor/executor.js';
import type { OutputLine } from '../../logs/lines.js';
import type { Place } from '../events/output-place.js';
import { mergeLines } from './merge-lines.js';
import { TaskLines } from './task-lines.js';

/** Characters of the lines of a page; the line that goes beyond them is its last one. */
const MAX_PAGE_CHARACTERS = 1024 * 1024;

export interface MergedTask {
  readonly name: string;
  /** Its number in the job. */
  readonly number: number;
  readonly taskId: string;
  /** When its attempt began, in milliseconds since 1970. */
  readonly startedMs: number;
  /** How far it was read before. */
  readonly place: Place;
  /** No more of its output will come. */
  readonly isOver: boolean;
}

export interface MergedRead {
  readonly tasks: readonly MergedTask[];
  readonly streams: readonly Stream[];
  readonly limit: number;
  /** The cursor of the next page; null: there will be none. */
  readonly cursorOf: (places: readonly ReadPlace[], isAll: boolean) => string | null;
}

export interface ReadPlace {
  readonly task: MergedTask;
  /** How far it has been read now. */
  readonly place: Place;
  /** There is nothing more to read, now or later. */
  readonly isRead: boolean;
}

export async function* mergedPage(
  on: Queryable,
  { tasks, streams, limit, cursorOf }: MergedRead,
): AsyncGenerator<string> {
  const sources = tasks.map((task) => ({ task, lines: new TaskLines(on, task, streams) }));
  let [count, characters] = [0, 0];
  yield '{"lines":[';
  for await (const { task, line } of mergeLines(sources.map(({ lines }) => lines))) {
    yield `${count === 0 ? '' : ','}${jsonOf(task, line)}`;
    count += 1;
    characters += line.text.length;
    if (count >= limit || characters >= MAX_PAGE_CHARACTERS) break;
  }
  const places = sources.map(({ task, lines }) => ({
    task,
    place: lines.place,
    isRead: lines.isRead && task.isOver,
  }));
  const cursor = cursorOf(
    places,
    places.every(({ isRead }) => isRead),
  );
  yield cursor === null ? ']}' : `],"nextCursor":${JSON.stringify(cursor)}}`;
}

const jsonOf = (task: string, { stream, start, at, text, isPartial }: OutputLine) =>
  JSON.stringify({
    task,
    stream,
    offset: start,
    time: at === null ? null : new Date(at).toISOString(),
    text,
    ...(isPartial && { partial: true }),
  });
