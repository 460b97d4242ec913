/** A Postgres of a test's own, which it may stop and start as it likes; nothing else starts it again. */
import { execFileSync } from 'node:child_process';
import { appendFileSync, chownSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findBinaries } from '../../src/database/embedded/binaries.js';
import { initialise, PASSWORD_FILE, ROLE } from '../../src/database/embedded/initialise.js';
import type { Place } from '../../src/database/embedded/place.js';
import { clusterUser, run } from '../../src/database/embedded/program.js';
import { freePort, startOn } from '../../src/database/embedded/start.js';

/** It has to survive `immediate`, not a power cut. */
const SETTINGS = { listen_addresses: '127.0.0.1', unix_socket_directories: '', fsync: 'off' };

export class TestPostgres {
  /** Of a database without tables. */
  readonly url: string;
  readonly #place: Place;
  readonly #port: number;
  readonly #folder: string;

  private constructor(place: Place, port: number, folder: string) {
    const password = readFileSync(join(place.cluster, PASSWORD_FILE), 'utf8').trim();
    this.url = `postgresql://${ROLE}:${password}@127.0.0.1:${port}/postgres`;
    this.#place = place;
    this.#port = port;
    this.#folder = folder;
  }

  /** `settings` are Postgres's, over those of all tests. */
  static async open(settings: Readonly<Record<string, string>> = {}): Promise<TestPostgres> {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-postgres-'));
    const binaries = findBinaries();
    const cluster = join(folder, 'postgres');
    const user = clusterUser(cluster);
    await initialise(binaries, cluster, user);
    const postgres = new TestPostgres(
      { binaries, cluster, user, settings: { ...SETTINGS, ...settings } },
      await freePort(),
      folder,
    );
    await postgres.start();
    return postgres;
  }

  /** A streaming replica of it. It is stopped for as long as it is copied. */
  async replica(): Promise<TestPostgres> {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-replica-'));
    const place = { ...this.#place, cluster: join(folder, 'postgres') };
    await this.stop('fast');
    // With owners and rights.
    execFileSync('cp', ['-a', this.#place.cluster, place.cluster]);
    await this.start();
    const { hostname, port, username, password } = new URL(this.url);
    const primary = `host=${hostname} port=${port} user=${username} password=${password}`;
    appendFileSync(join(place.cluster, 'postgresql.auto.conf'), `primary_conninfo = '${primary}'\n`);
    writeFileSync(join(place.cluster, 'standby.signal'), '');
    const replica = new TestPostgres(place, await freePort(), folder);
    await replica.start();
    return replica;
  }

  get port(): number {
    return this.#port;
  }

  /** For files that this Postgres may read, such as a private key. */
  writeFile(name: string, text: string): string {
    const file = join(this.#folder, name);
    writeFileSync(file, text, { mode: 0o600 });
    const { user } = this.#place;
    if (user !== null) chownSync(file, user.uid, user.gid);
    return file;
  }

  start(): Promise<void> {
    return startOn(this.#place, this.#port);
  }

  /** `immediate` is a crash. */
  async stop(mode: 'fast' | 'immediate'): Promise<void> {
    const { binaries, cluster, user } = this.#place;
    await run(binaries.pgCtl, ['stop', '-w', '-m', mode, '-D', cluster], user);
  }

  async close(): Promise<void> {
    await this.stop('immediate').catch(() => undefined);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
