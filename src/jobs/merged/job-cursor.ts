/** How far a reader has come in the output of all tasks of a job, as a text for addresses. */
import type { Place } from '../events/output-place.js';

/** Tasks by their number in the job, in the order of their ids: those that come later get later ones. */
export interface JobPlaces {
  /** Tasks with nothing more to read. */
  readonly read: ReadonlySet<number>;
  /** Tasks that have been read in part, and how far. */
  readonly begun: ReadonlyMap<number, Place>;
}

export const BEGINNING: JobPlaces = { read: new Set(), begun: new Map() };

const BASE = 36;
const inText = (number: number) => number.toString(BASE);
const NUMBER = '[0-9a-z]{1,10}';
const RANGE = new RegExp(`^(${NUMBER})(?:-(${NUMBER}))?$`);
const PLACE = new RegExp(`^${Array(4).fill(`(${NUMBER})`).join('\\.')}$`);
/** More tasks than a job can have. */
const MAX_TASKS = 100_000;

/** `0-5_7~8.1.a3.0`: ranges of tasks that are read, then those that are begun, with attempt, stdout and stderr. */
export function formatJobPlaces({ read, begun }: JobPlaces): string {
  const places = [...begun].map(([task, { attempt, stdout, stderr }]) =>
    [task, attempt, stdout, stderr].map(inText).join('.'),
  );
  return `${rangesOf([...read]).join('_')}~${places.join('_')}`;
}

function rangesOf(numbers: readonly number[]): string[] {
  const ranges: { first: number; last: number }[] = [];
  for (const number of [...numbers].sort((one, other) => one - other)) {
    const range = ranges.at(-1);
    if (range !== undefined && range.last === number - 1) range.last = number;
    else ranges.push({ first: number, last: number });
  }
  return ranges.map(({ first, last }) =>
    first === last ? inText(first) : `${inText(first)}-${inText(last)}`,
  );
}

/** null: it is none. */
export function parseJobPlaces(text: string): JobPlaces | null {
  const [ranges, places, ...more] = text.split('~').map((part) => (part === '' ? [] : part.split('_')));
  if (ranges === undefined || places === undefined || more.length > 0) return null;
  const read = new Set<number>();
  const begun = new Map<number, Place>();
  // In their order, each once: a text of a few kilobytes names no more tasks than there can be.
  let least = 0;
  for (const range of ranges) {
    const [, first, last = first] = RANGE.exec(range) ?? [];
    if (first === undefined || last === undefined) return null;
    const [from, to] = [parseInt(first, BASE), parseInt(last, BASE)];
    if (from < least || to < from || to >= MAX_TASKS) return null;
    for (let task = from; task <= to; task += 1) read.add(task);
    least = to + 1;
  }
  for (const place of places) {
    const numbers = PLACE.exec(place)
      ?.slice(1)
      .map((number) => parseInt(number, BASE));
    if (numbers === undefined) return null;
    const [task, attempt, stdout, stderr] = numbers as [number, number, number, number];
    begun.set(task, { attempt, stdout, stderr });
  }
  return { read, begun };
}
