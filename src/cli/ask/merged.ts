/** Reads the lines of a task in the order in which they were written. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Unreachable } from '../exit.js';
import type { Stream } from './answers.js';
import type { Service } from './service.js';

export interface MergedLine {
  readonly stream: Stream;
  /** In bytes. */
  readonly offset: number;
  /** ISO 8601; null: not known. */
  readonly time: string | null;
  readonly text: string;
  /** No newline follows. */
  readonly partial?: true;
}

interface Page {
  readonly lines: readonly MergedLine[];
  readonly nextCursor?: string;
}

export interface Lines {
  readonly id: string;
  readonly task: string;
  /** Without it the last one. */
  readonly attempt: number | undefined;
  /** Without it both. */
  readonly stream: Stream | undefined;
  /** Without it the first ones. */
  readonly cursor?: string;
}

const PATH = 'job/logs/merged';
const PAGE_LINES = 1_000;
/** A page with so many characters ends before it has all lines. */
const PAGE_CHARACTERS = 1_000_000;

/** All that there are by now, a page at a time. */
export async function* readLines(service: Service, lines: Lines, signal?: AbortSignal): AsyncGenerator<Page> {
  for (let cursor = lines.cursor; ;) {
    const page = await service.get<Page>(PATH, { ...lines, cursor, limit: PAGE_LINES }, signal);
    yield page;
    const characters = page.lines.reduce((sum, { text }) => sum + text.length, 0);
    const isFull = page.lines.length >= PAGE_LINES || characters >= PAGE_CHARACTERS;
    if (!isFull || page.nextCursor === undefined) return;
    cursor = page.nextCursor;
  }
}

/** So often in a row a page is asked for again, and a second after each time. */
const TRIES = 10;
const PAUSE_MS = 1_000;

/** The same, where a connection that breaks off in between is no reason to end. */
export async function* readAllLines(service: Service, lines: Lines): AsyncGenerator<MergedLine> {
  let cursor: string | undefined;
  for (let left = 0; ; left -= 1) {
    try {
      for await (const page of readLines(service, cursor === undefined ? lines : { ...lines, cursor })) {
        yield* page.lines;
        cursor = page.nextCursor ?? cursor;
        left = TRIES;
      }
      return;
    } catch (error) {
      if (!(error instanceof Unreachable) || left <= 0) throw error;
    }
    await sleep(PAUSE_MS);
  }
}
