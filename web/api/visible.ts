/** Whether somebody can see the page: one that has been hidden for a while need not be kept up to date. */
import { signal } from './signal.js';

/** So that looking up something in another tab costs nothing. */
const PATIENCE_MS = 20_000;

export const visible = signal(true);

let timer: ReturnType<typeof setTimeout> | undefined;
document.addEventListener('visibilitychange', () => {
  clearTimeout(timer);
  if (!document.hidden) visible.set(true);
  else {
    timer = setTimeout(() => {
      visible.set(false);
    }, PATIENCE_MS);
  }
});

export function whenVisible(aborted: AbortSignal): Promise<void> {
  if (visible.get() || aborted.aborted) return Promise.resolve();
  return new Promise((done) => {
    const stop = visible.watch(() => {
      if (!visible.get()) return;
      stop();
      done();
    });
    aborted.addEventListener('abort', () => {
      stop();
      done();
    });
  });
}
