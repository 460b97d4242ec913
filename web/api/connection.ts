/** Whether the service can be reached, as the last answers tell, and who asks again when it could not. */
import { signal } from './signal.js';

export interface Lost {
  /** By this machine's clock. */
  readonly since: number;
  readonly reason: string;
  readonly nextTry: number;
}

/** null: it answers. */
export const lost = signal<Lost | null>(null);

const FIRST_MS = 1_000;
const LONGEST_MS = 15_000;

type Ask = () => Promise<boolean>;

let ask: Ask = () => Promise.resolve(true);
let timer: ReturnType<typeof setTimeout> | undefined;
let pauseMs = FIRST_MS;

/** `probe` answers whether the service does. */
export function probeWith(probe: Ask): void {
  ask = probe;
}

export function reached(): void {
  if (lost.get() === null) return;
  clearTimeout(timer);
  pauseMs = FIRST_MS;
  lost.set(null);
}

export function notReached(reason: string): void {
  const before = lost.get();
  if (before !== null) {
    if (before.reason !== reason) lost.set({ ...before, reason });
    return;
  }
  planNext(Date.now(), reason);
}

function planNext(since: number, reason: string): void {
  lost.set({ since, reason, nextTry: Date.now() + pauseMs });
  clearTimeout(timer);
  timer = setTimeout(() => void tryNow(), pauseMs);
  pauseMs = Math.min(pauseMs * 2, LONGEST_MS);
}

export async function tryNow(): Promise<void> {
  clearTimeout(timer);
  const answered = await ask();
  const still = lost.get();
  if (answered) reached();
  else if (still !== null) planNext(still.since, still.reason);
}

/** Resolves when it answers again. */
export function whenReached(signalled: AbortSignal): Promise<void> {
  if (lost.get() === null || signalled.aborted) return Promise.resolve();
  return new Promise((done) => {
    const stop = lost.watch(() => {
      if (lost.get() !== null) return;
      stop();
      done();
    });
    signalled.addEventListener('abort', () => {
      stop();
      done();
    });
  });
}
