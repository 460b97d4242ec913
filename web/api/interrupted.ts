/** Whether something that should be told as it happens is not, and why, as the streams that are wanted have found. */
import { signal } from './signal.js';

/** `leaving`: the service shuts down; it still answers, and whoever asks again may find another one in its place. */
export type Interruption = 'leaving' | 'broken';

/** What the service says to who wants a stream, or a job, while it shuts down. */
export const LEAVING = 'Server is shutting down';

/** null: all that is wanted is told. */
export const interrupted = signal<Interruption | null>(null);

/** By stream. */
const known = new Map<symbol, Interruption>();

export function interrupt(stream: symbol, why: Interruption): void {
  known.set(stream, why);
  show();
}

/** It is open again, or not wanted any more. */
export function resume(stream: symbol): void {
  if (known.delete(stream)) show();
}

function show(): void {
  const all = [...known.values()];
  interrupted.set(all.includes('leaving') ? 'leaving' : (all[0] ?? null));
}
