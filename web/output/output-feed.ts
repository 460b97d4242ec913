/** Fills a store with a task's output as it comes: by a stream, or, where none comes through, by asking again and again. */
import { ApiError } from '../api/client.js';
import { getOutput } from '../api/calls.js';
import type { OutputStream } from '../api/types.js';
import { watchStream } from '../api/stream.js';
import { LineStore } from './line-store.js';

export interface Source {
  readonly jobId: string;
  readonly task: string;
  /** null: the last one. */
  readonly attempt: number | null;
  /** null: both. */
  readonly stream: OutputStream | null;
}

export type FeedState = 'loading' | 'live' | 'broken' | 'ended' | 'failed';

const POLL_MS = 3_000;

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
    const query = { id: jobId, task, attempt, stream };
    void watchStream('job/logs/stream', query, {
      signal,
      onState: (state) => {
        if (state === 'refused') void this.#poll(signal);
        else if (state === 'open') this.#become('live');
        else if (state === 'broken') this.#become('broken');
      },
      onEvent: ({ name, data }) => {
        if (name === 'end') this.#become('ended');
        if (name === 'attempt') this.#begin((JSON.parse(data) as { attempt: number }).attempt);
        if (name !== 'output') return;
        const piece = JSON.parse(data) as { stream: OutputStream; text: string };
        this.store.append(piece.text, piece.stream);
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

  async #poll(signal: AbortSignal): Promise<void> {
    const { jobId, task, attempt, stream } = this.source;
    const taken: Record<OutputStream, number> = { stdout: 0, stderr: 0 };
    for (;;) {
      try {
        const output = await getOutput(jobId, task, attempt, signal);
        for (const one of ['stdout', 'stderr'] as const) {
          if (stream !== null && stream !== one) continue;
          this.store.append(output[one].slice(taken[one]), one);
          taken[one] = output[one].length;
        }
        this.#become('live');
      } catch (error) {
        if (isAborted(signal)) return;
        if (error instanceof ApiError && error.status >= 400 && error.status < 500) {
          this.error = error;
          this.#become('failed');
          return;
        }
        this.#become('broken');
      }
      await new Promise((done) => setTimeout(done, POLL_MS));
      if (isAborted(signal)) return;
    }
  }
}

const isAborted = ({ aborted }: AbortSignal) => aborted;
