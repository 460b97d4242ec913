/** How the process ends: when a signal asks it to, and in order as well when an error leaves it nothing else. */
import type { Service } from './service.js';
import { onEndSignals } from './signals.js';
import { guarded, inBackground } from './telemetry/guarded.js';
import { logger, PROGRAM, stackOf } from './telemetry/log.js';

/** An abort limits its own steps; this holds where even that has failed. */
const ABORT_MS = 30_000;

/** Where the service's code is, as stacks name it: below it, `http/observe.js` is in the room `http`. */
const CODE = new URL('.', import.meta.url).href;

/** To be called before the service is opened: what comes during the start ends what has been started. */
export function endInOrder(service: Service): void {
  let isAborting = false;

  const abort = () => {
    if (isAborting) return;
    isAborting = true;
    process.exitCode = 1;
    setTimeout(guarded(PROGRAM, exitAtOnce), ABORT_MS);
    inBackground(PROGRAM, () => service.abort().finally(exitAtOnce));
  };

  const endFor = (error: unknown, reason: string) => {
    const stack = stackOf(error);
    const room = roomIn(stack, CODE) ?? PROGRAM;
    logger(room).error('an error that nothing caught ends this process', { reason, stack });
    if (isAborting) exitAtOnce();
    abort();
  };

  const close = async (signal: NodeJS.Signals) => {
    try {
      const isClean = await service.close(signal);
      process.exit(isClean && !isAborting ? 0 : 1);
    } catch (error) {
      endFor(error, signal);
    }
  };

  onEndSignals((signal) => void close(signal), abort);

  // Rejections that nothing handles come here, too. What either has left half done is not known, so nothing goes on.
  process.on('uncaughtException', endFor);
}

function exitAtOnce(): never {
  process.exit(1);
}

/** Returns the room of the innermost call in the stack that is of our code, which is below `code`; null: none is. */
export function roomIn(stack: string, code: string): string | null {
  const [, after = ''] = stack.split(code, 2);
  return /^([\w-]+)\//.exec(after)?.[1] ?? null;
}
