/** NOTIFY after a commit, at most one under way: its lock is held through a commit, so it is never part of one. */
import type pg from 'pg';

export type Channel = 'holdfast_ready' | 'holdfast_stop';

export class Notifier {
  readonly #pool: pg.Pool;
  readonly #due = new Set<Channel>();
  #sending = false;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  /** Lost when the database is away: whoever listens also looks by himself. */
  notify(channel: Channel): void {
    this.#due.add(channel);
    if (!this.#sending) void this.#send();
  }

  async #send(): Promise<void> {
    this.#sending = true;
    while (this.#due.size > 0) {
      const channels = [...this.#due];
      this.#due.clear();
      await this.#pool
        .query({
          name: 'notify',
          text: `SELECT pg_notify(channel, '') FROM unnest($1::text[]) AS channel`,
          values: [channels],
        })
        .catch(() => undefined);
    }
    this.#sending = false;
  }
}
