/** What a task writes: told by a stream, or, where none comes through, found by asking again and again. */
import { isTaskEnd } from '../../domain/status.js';
import { wholeCharacters } from '../../domain/utf8.js';
import { type Job, type Stream, STREAMS, type Task } from '../ask/answers.js';
import { readPart } from '../ask/raw.js';
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

/** Asked for at once. */
const PART_BYTES = 1024 * 1024;

interface Piece {
  readonly event: 'output';
  readonly stream: Stream;
  /** In bytes. */
  readonly offset: number;
  readonly text: string;
}

export type OutputEvent =
  | Piece
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
  #next: Record<Stream, number> = { stdout: 0, stderr: 0 };

  next(stream: Stream): number {
    return this.#next[stream];
  }

  begin(attempt: number): void {
    if (attempt !== this.attempt) this.#next = { stdout: 0, stderr: 0 };
    this.attempt = attempt;
  }

  took(stream: Stream, bytes: number): void {
    this.#next[stream] += bytes;
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
      yield* newOutput(service, source, place, attempt < last || status !== null, signal);
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

/** `isOver`: what has begun of a character will not be whole any more. */
async function* newOutput(
  service: Service,
  { id, task, stream: only }: Source,
  place: Place,
  isOver: boolean,
  signal: AbortSignal,
): AsyncGenerator<Piece> {
  const { attempt } = place;
  for (const stream of only === undefined ? STREAMS : [only]) {
    for (let isMore = true; isMore;) {
      const offset = place.next(stream);
      const range = `bytes=${offset}-${offset + PART_BYTES - 1}`;
      const { bytes } = await readPart(service, { id, task, attempt, stream }, range, signal);
      isMore = bytes.length === PART_BYTES;
      const whole = isOver && !isMore ? bytes.length : wholeCharacters(bytes);
      place.took(stream, whole);
      if (whole > 0) yield { event: 'output', stream, offset, text: bytes.toString('utf8', 0, whole) };
    }
  }
}

function taskOf({ tasks }: Job, name: string): Task {
  const task = tasks.find((one) => one.name === name);
  if (task === undefined) throw new Refused(404, 'Task not found');
  return task;
}
