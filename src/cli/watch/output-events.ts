/** What a task writes: told by a stream, or, where none comes through, found by asking again and again. */
import { isTaskEnd } from '../../domain/status.js';
import type { Job, Stream, Task } from '../ask/answers.js';
import { readLines } from '../ask/merged.js';
import type { Service } from '../ask/service.js';
import { Refused } from '../exit.js';
import { askAgain } from './ask-again.js';
import { type Lost, NoStream, watch } from './stream.js';

export interface Source {
  readonly id: string;
  readonly task: string;
  /** Without it the last one, and those that follow it. */
  readonly attempt: number | undefined;
  /** Without it both. */
  readonly stream: Stream | undefined;
}

export interface OutputPiece {
  readonly event: 'output';
  readonly stream: Stream;
  /** In bytes. */
  readonly offset: number;
  readonly text: string;
  /** ISO 8601; null, or missing where the service is of an earlier version: not known. */
  readonly time?: string | null;
}

export type OutputEvent =
  | OutputPiece
  | { readonly event: 'attempt'; readonly attempt: number }
  | { readonly event: 'end'; readonly status: string }
  | Lost;

/** The last one is the end. An attempt is told again after the service was lost. */
export async function* outputEvents(
  service: Service,
  source: Source,
  signal: AbortSignal,
): AsyncGenerator<OutputEvent> {
  const place = new Place();
  try {
    for await (const told of watch(service, 'job/logs/stream', { ...source }, signal)) {
      if (told.event === 'lost') yield told;
      else if (isKnown(told.name)) {
        place.heard(told.id);
        yield eventOf(told.name, told.data);
      }
    }
  } catch (error) {
    if (!(error instanceof NoStream)) throw error;
    yield* askedOutputEvents(service, source, place, signal);
  }
}

const isKnown = (name: string) => ['attempt', 'output', 'end'].includes(name);
const eventOf = (event: string, data: string) => ({ event, ...(JSON.parse(data) as object) }) as OutputEvent;

/** How far has been told. */
class Place {
  /** 0: there has been none. */
  attempt = 0;
  /** No more output of this attempt will come. */
  isOver = false;
  #next: Record<Stream, number> = { stdout: 0, stderr: 0 };

  /** As the id of an event has it. */
  get id(): string {
    return `${this.attempt}.${this.#next.stdout}.${this.#next.stderr}`;
  }

  begin(attempt: number): void {
    if (attempt === this.attempt) return;
    this.#next = { stdout: 0, stderr: 0 };
    this.isOver = false;
    this.attempt = attempt;
  }

  /** The id of an event says it in bytes; its text does not, where they were no UTF-8. */
  heard(id = ''): void {
    const [, attempt, stdout, stderr] = /^(\d+)\.(\d+)\.(\d+)$/.exec(id) ?? [];
    if (attempt === undefined) return;
    this.attempt = Number(attempt);
    this.#next = { stdout: Number(stdout), stderr: Number(stderr) };
  }
}

function askedOutputEvents(
  service: Service,
  source: Source,
  place: Place,
  signal: AbortSignal,
): AsyncGenerator<OutputEvent> {
  const { id, attempt: only } = source;
  return askAgain<OutputEvent>(async function* (heard) {
    // Before its output: what it says has ended writes no more.
    const task = taskOf(await service.get<Job>('job/detail', { id }, signal), source.task);
    heard();
    const last = task.attempt ?? 0;
    const status = outcomeOf(task, last, only);
    const first = place.attempt || (only ?? Math.max(last, 1));
    for (let attempt = first; attempt <= (only ?? last); attempt += 1) {
      if (attempt !== place.attempt) yield { event: 'attempt', attempt };
      place.begin(attempt);
      if (!place.isOver) yield* newOutput(service, source, place, signal);
    }
    if (status === null) return false;
    yield { event: 'end', status };
    return true;
  }, signal);
}

/** null: there is more to come. An attempt that another one follows has failed. */
function outcomeOf({ status }: Task, last: number, only: number | undefined): string | null {
  if (only !== undefined && last > only) return 'error';
  if (isTaskEnd(status)) return status;
  return only === last && status !== 'running' ? 'error' : null;
}

async function* newOutput(
  service: Service,
  { id, task, stream }: Source,
  place: Place,
  signal: AbortSignal,
): AsyncGenerator<OutputPiece> {
  const lines = { id, task, attempt: place.attempt, stream, cursor: place.id };
  for await (const page of readLines(service, lines, signal)) {
    for (const { stream: of, offset, time, text, partial } of page.lines)
      yield { event: 'output', stream: of, offset, text: partial === true ? text : `${text}\n`, time };
    place.isOver = page.nextCursor === undefined;
    place.heard(page.nextCursor);
  }
}

function taskOf({ tasks }: Job, name: string): Task {
  const task = tasks.find((one) => one.name === name);
  if (task === undefined) throw new Refused(404, 'Task not found');
  return task;
}
