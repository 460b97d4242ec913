/** Listens for the signals that ask a process to end. */
import { guarded } from './telemetry/guarded.js';
import { PROGRAM } from './telemetry/log.js';

/** npm may pass a Ctrl-C on to a process that has had it already. */
const SAME_SIGNAL_MS = 500;

/** `ask` gets the first signal, `insist` each later one. */
export function onEndSignals(ask: (signal: NodeJS.Signals) => void, insist: () => void): void {
  let first: { readonly signal: NodeJS.Signals; readonly at: number } | null = null;
  const onSignal = (signal: NodeJS.Signals) => {
    const now = performance.now();
    if (first === null) {
      first = { signal, at: now };
      ask(signal);
    } else if (signal !== first.signal || now - first.at >= SAME_SIGNAL_MS) {
      insist();
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, guarded(PROGRAM, onSignal));
}
