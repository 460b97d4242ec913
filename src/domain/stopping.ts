/** How a task's processes are ended: by which signal, and how long they may take. */

export const KILL_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const;
export type KillSignal = (typeof KILL_SIGNALS)[number];

export interface Stopping {
  /** The signal that asks the task to end. */
  readonly killSignal: KillSignal;
  /** Milliseconds from the signal to SIGKILL. */
  readonly killGraceMs: number;
  /** Milliseconds for processes that still hold the task's output when its script has ended. */
  readonly outputGraceMs: number;
}

export const DEFAULT_STOPPING: Stopping = { killSignal: 'SIGINT', killGraceMs: 2_000, outputGraceMs: 2_000 };

/** Bounds how long a worker that shuts down can have to wait. */
export const MAX_GRACE_MS = 3_600_000;
