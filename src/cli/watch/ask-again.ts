/** What no stream tells, found by asking again and again, and for a while also where the service is away. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Unreachable } from '../exit.js';
import { Patience } from './patience.js';
import type { Lost } from './stream.js';

const POLL_MS = 2_000;

/** `ask` tells what is new, says `heard` once it has an answer, and answers whether that was all. */
export async function* askAgain<T>(
  ask: (heard: () => void) => AsyncGenerator<T, boolean>,
  signal: AbortSignal,
): AsyncGenerator<T | Lost> {
  const patience = new Patience();
  const heard = () => {
    patience.heard();
  };
  for (;;) {
    try {
      if (yield* ask(heard)) return;
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      patience.failed(error);
      yield { event: 'lost', why: error.message };
    }
    await sleep(POLL_MS, undefined, { signal });
  }
}
