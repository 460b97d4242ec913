/** Gives an embedded Postgres a recovery without end: it waits for an archive that does not answer. */
import { appendFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { alive, parentOf } from './processes.js';

let recoveries = 0;

export class EndlessRecovery {
  readonly #signal: string;
  readonly #command: string;

  /** `cluster` is the folder of a Postgres that does not run. It recovers at its next start. */
  constructor(cluster: string) {
    this.#signal = join(cluster, 'recovery.signal');
    this.#command = `sleep 1000.${process.pid}${(recoveries += 1)}`;
    appendFileSync(join(cluster, 'postgresql.auto.conf'), `restore_command = 'exec ${this.#command}'\n`);
    this.require(true);
  }

  /** Whether a start recovers. */
  require(yes: boolean): void {
    if (yes) writeFileSync(this.#signal, '');
    else rmSync(this.#signal);
  }

  /** The process of Postgres that recovers; null: none does. */
  get process(): number | null {
    const command = this.#command.replace(' ', '\0');
    const [waiting] = alive(command, 'cmdline');
    return waiting === undefined ? null : parentOf(waiting);
  }
}
