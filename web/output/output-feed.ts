/** Fills a store with a task's output as it comes: by a stream, or, where none comes through, by asking again and again. */
import type { OutputStream } from '../api/types.js';
import { watchStream } from '../api/stream.js';
import { LineStore } from './line-store.js';
import { Place, type Source } from './place.js';
import { pollOutput } from './poll-output.js';

export type FeedState = 'loading' | 'live' | 'broken' | 'ended' | 'failed';

export class OutputFeed {
  store = new LineStore();
  state: FeedState = 'loading';
  error: Error | null = null;
  #controller = new AbortController();
  readonly #listeners = new Set<() => void>();
  #frame: number | null = null;
  #version = 0;
  #attempt: number | null = null;

  constructor(private readonly source: Source) {}

  readonly watch = (listener: () => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
  readonly version = () => this.#version;

  /** From the beginning, also after a stop. */
  start(): void {
    this.store = new LineStore();
    this.#attempt = null;
    this.#controller = new AbortController();
    const { signal } = this.#controller;
    const { jobId, task, attempt, stream } = this.source;
    const place = new Place();
    const query = { id: jobId, task, attempt, stream };
    void watchStream('job/logs/stream', query, {
      signal,
      onState: (state) => {
        if (state === 'refused') void this.#poll(place, signal);
        else if (state === 'open') this.#become('live');
        else if (state === 'broken') this.#become('broken');
      },
      onEvent: ({ name, data, id }) => {
        place.heard(id);
        if (name === 'end') this.#become('ended');
        if (name === 'attempt') this.#begin((JSON.parse(data) as { attempt: number }).attempt);
        if (name !== 'output') return;
        const piece = JSON.parse(data) as { stream: OutputStream; text: string; time?: string | null };
        this.store.append(piece.text, piece.stream, instantOf(piece.time));
        this.#changed();
      },
    });
  }

  stop(): void {
    this.#controller.abort();
    if (this.#frame !== null) cancelAnimationFrame(this.#frame);
    this.#frame = null;
  }

  /** Where the last attempt is shown, and there is another one now. Told again after the stream has broken. */
  #begin(attempt: number): void {
    if (this.#attempt !== null && this.#attempt !== attempt) this.store = new LineStore();
    this.#attempt = attempt;
    this.#changed();
  }

  #become(state: FeedState): void {
    this.state = state;
    this.#changed();
  }

  /** At most once a frame, however much comes. */
  #changed(): void {
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = null;
      this.#version += 1;
      for (const listener of this.#listeners) listener();
    });
  }

  async #poll(place: Place, signal: AbortSignal): Promise<void> {
    try {
      await pollOutput(this.source, {
        place,
        signal,
        onAttempt: (attempt) => {
          place.begin(attempt);
          this.#begin(attempt);
        },
        onText: (text, stream, time) => {
          this.store.append(text, stream, instantOf(time));
        },
        onState: (state) => {
          this.#become(state);
        },
      });
    } catch (error) {
      this.error = error as Error;
      this.#become('failed');
    }
  }
}

/** Milliseconds since 1970; null: not known. */
const instantOf = (time: string | null = null) => (time === null ? null : Date.parse(time));
