/** NOTIFY after a commit, at most one under way: its lock is held through a commit, so it is never part of one. */
import type pg from 'pg';
import { BackgroundLoop } from '../telemetry/background-loop.js';
import { CHANNEL_SUFFIX } from './installation.js';
import { ANY_JOB, asPayloads, MOST_CHANGED } from './changed.js';

export type Channel = 'holdfast_ready' | 'holdfast_stop';

/** Between two that say which jobs have changed: nobody looks at them more often, and a busy worker has thousands. */
const CHANGED_MS = 100;

export class Notifier {
  readonly #pool: pg.Pool;
  readonly #due = new Set<Channel>();
  #changed = new Set<string>();
  readonly #sending = new BackgroundLoop('database', () => this.#send());
  readonly #telling = new BackgroundLoop('database', () => this.#tell());

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  /** Lost when the database is away: whoever listens also looks by himself. */
  notify(channel: Channel): void {
    this.#due.add(channel);
    this.#sending.wake();
  }

  /** Jobs of which something is otherwise than before: for who watches them, as above. */
  changed(jobIds: readonly string[]): void {
    for (const id of jobIds) this.#changed.add(id);
    if (this.#changed.size > MOST_CHANGED) this.#changed = new Set([ANY_JOB]);
    if (this.#changed.size > 0) this.#telling.wake();
  }

  async #send(): Promise<void> {
    while (this.#due.size > 0) {
      const channels = [...this.#due];
      this.#due.clear();
      await this.#pool
        .query({
          name: 'notify',
          text: `SELECT pg_notify(channel || ${CHANNEL_SUFFIX}, '') FROM unnest($1::text[]) AS channel`,
          values: [channels],
        })
        .catch(() => undefined);
    }
  }

  async #tell(): Promise<void> {
    while (this.#changed.size > 0) {
      const payloads = asPayloads([...this.#changed]);
      this.#changed.clear();
      await this.#pool
        .query({
          name: 'notify-changed',
          text: `SELECT pg_notify('holdfast_changed' || ${CHANNEL_SUFFIX}, payload) FROM unnest($1::text[]) AS payload`,
          values: [payloads],
        })
        .catch(() => undefined);
      await new Promise((done) => setTimeout(done, CHANGED_MS).unref());
    }
  }
}
