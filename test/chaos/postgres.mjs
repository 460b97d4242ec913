// The Postgres of a run, which can be stopped in any way and for any time, and is then there again at the same address.
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { findBinaries } from '../../dist/database/embedded/binaries.js';
import { initialise, PASSWORD_FILE, ROLE } from '../../dist/database/embedded/initialise.js';
import { clusterUser, run } from '../../dist/database/embedded/program.js';
import { freePort, startOn } from '../../dist/database/embedded/start.js';

const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  /** No power fails here, so nothing has to be on disk; but what is committed has to be in the log. */
  fsync: 'off',
  synchronous_commit: 'on',
  log_lock_waits: 'on',
};
const DATABASE = 'chaos';

/** Not the service's own embedded one, which is looked after where it ends. */
export async function startPostgres(folder) {
  const binaries = findBinaries();
  const cluster = join(folder, 'postgres');
  mkdirSync(folder, { recursive: true });
  const user = clusterUser(cluster);
  await initialise(binaries, cluster, user);
  const password = readFileSync(join(cluster, PASSWORD_FILE), 'utf8').trim();
  const port = await freePort();
  const start = () => startOn({ binaries, cluster, user, settings: SETTINGS }, port);
  const stop = (mode) => run(binaries.pgCtl, ['stop', '-w', '-m', mode, '-D', cluster], user);
  const at = (database) => `postgresql://${ROLE}:${password}@127.0.0.1:${port}/${database}`;

  await start();
  const client = new pg.Client({ connectionString: at('postgres') });
  await client.connect();
  await client.query(`CREATE DATABASE ${DATABASE}`);
  await client.end();
  return { url: at(DATABASE), start, stop };
}
