/** Names what a Postgres of ours runs with: its programs, its folder, its user and its settings. */
import type { Binaries } from './binaries.js';
import type { User } from './program.js';

export interface Place {
  readonly binaries: Binaries;
  /** Its folder. */
  readonly cluster: string;
  readonly user: User | null;
  /** Postgres's own. */
  readonly settings: Readonly<Record<string, string>>;
}
