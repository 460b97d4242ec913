/** Ctrl-C while something is followed: once it is an end in good order, a second time an end. */

export interface Interrupt {
  readonly signal: AbortSignal;
  release(): void;
}

export function onInterrupt(): Interrupt {
  const controller = new AbortController();
  const interrupt = () => {
    controller.abort();
  };
  process.once('SIGINT', interrupt);
  return { signal: controller.signal, release: () => void process.off('SIGINT', interrupt) };
}
