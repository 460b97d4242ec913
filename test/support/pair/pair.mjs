// Two Postgres servers, one of which streams to the other and is waited for at each commit, behind an address that moves.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Address } from './address.mjs';
import { Server } from './server.mjs';

const LOOK_MS = 20;
const PATIENCE_MS = 60_000;

export class Pair {
  #primary;
  #standby;
  #address;
  #database;
  #ownFolder = null;
  /** By the monotonic clock. */
  promotedAt = -Infinity;

  /** `folder`: keeps its data; null: one that is removed when the pair is closed. `database` is made. */
  static async open(folder = null, database = 'pair') {
    const pair = new Pair();
    pair.#database = database;
    if (folder === null) folder = pair.#ownFolder = mkdtempSync(join(tmpdir(), 'holdfast-pair-'));
    pair.#primary = await Server.create(join(folder, 'a'));
    pair.#standby = await pair.#primary.sibling(join(folder, 'b'));
    await pair.#primary.start();
    await pair.#primary.query(`CREATE DATABASE ${database}`);
    pair.#address = await Address.open();
    pair.#address.aim(pair.#primary.port);
    await pair.restoreStandby();
    return pair;
  }

  get primary() {
    return this.#primary;
  }

  get standby() {
    return this.#standby;
  }

  get address() {
    return this.#address;
  }

  /** Of the database, wherever its primary is. */
  get url() {
    const url = new URL(this.#primary.url(this.#database));
    url.port = String(this.#address.port);
    return url.href;
  }

  /** Ends the primary as `pg_ctl stop` does, promotes the standby, and has the old primary follow it. */
  async switchOver(meanwhile) {
    const old = this.#primary;
    await old.stop('fast');
    await this.promote(meanwhile);
    old.follow(this.#primary);
    await old.start();
    await this.waitForCommits();
  }

  /** Kills the primary and promotes the standby, which is alone then. */
  async failOver(meanwhile) {
    this.#primary.kill();
    await this.promote(meanwhile);
  }

  /** Makes the standby the primary. The address leads to it before, and `meanwhile` is awaited then. */
  async promote(meanwhile = () => Promise.resolve()) {
    [this.#primary, this.#standby] = [this.#standby, this.#primary];
    this.#address.aim(this.#primary.port);
    await meanwhile();
    await this.#primary.query('SELECT pg_promote()');
    this.promotedAt = performance.now();
  }

  /** Copies the primary anew to where the other one was: it may hold what was never acknowledged. */
  async restoreStandby() {
    await this.#primary.copyTo(this.#standby);
    await this.#standby.start();
    await this.waitForCommits();
  }

  /** From here on a commit waits for the standby, so that nothing accepted is only on one of both. */
  async waitForCommits() {
    await this.#waitForStandby(`state = 'streaming'`);
    await this.#primary.set('synchronous_standby_names', 'standby');
    await this.#waitForStandby(`sync_state = 'sync'`);
  }

  async #waitForStandby(state) {
    for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await sleep(LOOK_MS)) {
      if ((await this.#primary.query(`SELECT FROM pg_stat_replication WHERE ${state}`)).length > 0) return;
    }
    throw new Error(`the standby has not come to ${state}`);
  }

  async close() {
    this.#address.close();
    for (const server of [this.#primary, this.#standby])
      await server.stop('immediate').catch(() => undefined);
    if (this.#ownFolder !== null) rmSync(this.#ownFolder, { recursive: true });
  }
}
