/** Says that a start was told to end before it was complete. */

export class StoppedError extends Error {
  /** `signal.reason` is the name of the process signal. */
  constructor(signal: AbortSignal) {
    super(`stopped by ${String(signal.reason)}; what was under way is rolled back`);
  }
}
