/**
 * Handlers that run outside any `try`: of sockets, streams, timers, signals and notifications, and work that nothing
 * awaits. An error there is logged and ends no more than what it belongs to; test/handlers.test.ts finds the others.
 */
import { guardWith, type Handler } from './guard.js';
import { logger, stackOf } from './log.js';
import { Seldom } from './seldom.js';

/** A timer may fail at every tick. */
const seldom = new Seldom();

/** Wraps a handler. `room`: as the log calls the code that it belongs to. */
export function guarded<A extends readonly unknown[]>(
  room: string,
  handler: Handler<A>,
): (...args: A) => void {
  return guardWith((error) => {
    logFailure(room, error);
  })(handler);
}

/** Starts work that nothing awaits. */
export function inBackground(room: string, work: () => Promise<unknown>): void {
  guarded(room, work)();
}

function logFailure(room: string, error: unknown): void {
  const stack = stackOf(error);
  const again = seldom.let(`${room} ${stack}`);
  if (again !== null) logger(room).error('a handler failed for a reason that is ours', { stack, again });
}
