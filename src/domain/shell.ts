/** Where and how the shell of a task begins. */

/** Options of `set -o` that change when a script fails, and not how it is read. */
export const SHELL_OPTIONS = ['errexit', 'nounset', 'pipefail'] as const;
export type ShellOption = (typeof SHELL_OPTIONS)[number];

export interface Shell {
  /** An absolute path; null: the worker's own. */
  readonly workingDir: string | null;
  readonly options: readonly ShellOption[];
}

export const DEFAULT_SHELL: Shell = { workingDir: null, options: [] };
