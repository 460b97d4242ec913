/** What the service and its launcher say to each other. */
import type { Shell } from '../domain/shell.js';
import type { KillSignal } from '../domain/stopping.js';
import type { Environment } from './environment.js';
import type { TaskUser } from './task-user/as-user.js';

export interface StartRequest {
  readonly kind: 'start';
  readonly id: number;
  /** Variables over the inherited ones. */
  readonly env: Environment;
  readonly entries: readonly string[];
  readonly allowFailure: boolean;
  readonly shell?: Shell;
  /** To be dead when the lease is over. */
  readonly fenced: boolean;
  readonly killSignal: KillSignal;
  readonly outputGraceMs: number;
  /** Named pipes that the service has opened for reading: stdout's and stderr's. */
  readonly pipes: readonly [string, string];
}

/** Why the launcher killed a task by itself: others could start it again. */
export type Cut =
  /** The worker no longer reaches the database. */
  | 'lease'
  /** The worker says nothing at all. */
  | 'frozen';

export type Request =
  /**
   * The first: the service's variables that tasks inherit, the user that tasks run as (null: the service's), and the soft
   * limit of their open files (null: the launcher's).
   */
  | {
      readonly kind: 'inherited';
      readonly env: Environment;
      readonly user: TaskUser | null;
      readonly openFiles: number | null;
    }
  /** More named pipes are wanted. */
  | { readonly kind: 'pipes' }
  | StartRequest
  /** The task is asked to end: each of its processes gets its signal. */
  | { readonly kind: 'stop'; readonly id: number }
  /** Its time is over. */
  | { readonly kind: 'kill'; readonly id: number }
  /** The lease is held for so long from now; a worker that has not said so for `limitMs` stands still. */
  | { readonly kind: 'lease'; readonly heldMs: number; readonly limitMs: number };

export type Reply =
  /** Named pipes for tasks to come, two each. */
  | { readonly kind: 'pipes'; readonly paths: readonly string[] }
  | { readonly kind: 'no pipes'; readonly message: string }
  | { readonly kind: 'started'; readonly id: number; readonly pid: number }
  /** The script has come to its end; processes that hold its output are waited for. */
  | { readonly kind: 'over'; readonly id: number }
  | { readonly kind: 'failed'; readonly id: number; readonly message: string }
  | {
      readonly kind: 'exited';
      readonly id: number;
      /** As a shell would say it: 128 + the signal's number for a signal. */
      readonly code: number;
      /** What bash says of the entry that it ended at because that is no shell text. */
      readonly invalid: string | null;
      readonly cut: Cut | null;
    };
