/** The service's time, as it passes: one clock for all that shows it, so that no two say different things. */
import { useSyncExternalStore } from 'react';
import { serviceNow } from '../api/clock.js';

const SECOND = 1000;

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setTimeout> | undefined;

function tick(): void {
  // At the next whole second, which all times of the API are.
  timer = setTimeout(tick, SECOND - (serviceNow() % SECOND));
  for (const listener of listeners) listener();
}

function watch(listener: () => void): () => void {
  listeners.add(listener);
  if (listeners.size === 1) timer = setTimeout(tick, SECOND - (serviceNow() % SECOND));
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) clearTimeout(timer);
  };
}

const never = () => () => undefined;

/** The last multiple of `everyMs`, which is some seconds; renders anew at each, and not at all while that is null. */
export function useNow(everyMs: number | null): number {
  const step = everyMs ?? SECOND;
  return useSyncExternalStore(everyMs === null ? never : watch, () => Math.floor(serviceNow() / step) * step);
}
