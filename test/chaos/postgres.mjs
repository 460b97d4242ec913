// The Postgres of a run, which can be restarted, and be away, and is then there again at the same address.
import { join } from 'node:path';
import { findBinaries } from '../../dist/database/embedded/binaries.js';
import { startCluster } from '../../dist/database/embedded/cluster.js';
import { clusterUser, run } from '../../dist/database/embedded/program.js';

/** No power fails here, so nothing has to be on disk; but an immediate stop must find all commits in the log. */
const SETTINGS = { fsync: 'off', synchronous_commit: 'on', log_lock_waits: 'on' };
const KEPT = { listen_addresses: '127.0.0.1', unix_socket_directories: '', max_connections: '200' };

export async function startPostgres(folder) {
  const cluster = await startCluster(folder, SETTINGS);
  const data = join(folder, 'postgres');
  const log = join(data, 'start.log');
  const { port } = new URL(cluster.url);
  const flags = Object.entries({ ...SETTINGS, ...KEPT, port }).map(
    ([name, value]) => `-c ${name}='${value}'`,
  );
  const control = (...args) => run(findBinaries().pgCtl, [...args, '-w', '-D', data], clusterUser(data));
  const stop = (mode) => control('stop', '-m', mode);
  const start = () => control('start', '-l', log, '-o', flags.join(' '));
  return { url: cluster.url, stop, start, end: () => cluster.stop() };
}
