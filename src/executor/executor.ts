/** What it means to run a script, whoever runs it: bash on this machine first, others later. */

import type { Shell } from '../domain/shell.js';
import type { Stopping } from '../domain/stopping.js';

export const STREAMS = ['stdout', 'stderr'] as const;
export type Stream = (typeof STREAMS)[number];

export interface Script {
  /** Shell texts, run in order in one shell; the first that fails ends it. */
  readonly entries: readonly string[];
  /** Go on after an entry that fails; the code is then the last that was not 0 (6.3). */
  readonly allowFailure: boolean;
  /** Without it, as by default. */
  readonly shell?: Shell;
}

export interface Execution {
  /** Variables over those that every task inherits where it runs. */
  readonly env: Readonly<Record<string, string>>;
  /** Others could start it again: it is killed before that can be (DESIGN, Recovery). */
  readonly fenced: boolean;
  /** Aborted: the script is asked to end, and killed after its grace (6.5). */
  readonly signal: AbortSignal;
  /** Aborted: the script has no grace, or no more of it. */
  readonly force?: AbortSignal;
  /** Without it, as by default. */
  readonly stopping?: Stopping;
  /** Bytes as they come, in order for each stream. The next ones of this stream wait for the promise. */
  readonly onOutput: (stream: Stream, bytes: Buffer) => Promise<void> | void;
}

/** The first reason to end wins. */
export type Outcome =
  /** The script came to its end, or was killed by a signal that is not ours: 128 + its number. */
  | { readonly kind: 'exited'; readonly code: number }
  /** An entry is no shell text; those before it have run. */
  | { readonly kind: 'invalid'; readonly message: string }
  /** Killed because the signal was aborted. */
  | { readonly kind: 'killed' }
  /** The machine could not run it, or what ran it was lost. */
  | { readonly kind: 'lost'; readonly message: string };

export interface Executor {
  /** Never rejects; when it resolves, no process of the script is left and all output has been handed over. */
  execute(script: Script, execution: Execution): Promise<Outcome>;
  /** Resolves when nothing is left of what executors that are gone have started on this machine. */
  open(): Promise<void>;
  /** At each heartbeat: the lease is held for `heldMs` more, and who is not heard of for `limitMs` stands still. */
  lease(heldMs: number, limitMs: number): void;
  /** Kills what still runs. */
  close(): Promise<void>;
}
