// The Postgres of a run, which can be stopped in any way and for any time, and is then there again at the same address.
import { mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { findBinaries } from '../../dist/database/embedded/binaries.js';
import { initialise, PASSWORD_FILE, ROLE } from '../../dist/database/embedded/initialise.js';
import { clusterUser, run } from '../../dist/database/embedded/program.js';

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
  const data = join(folder, 'postgres');
  mkdirSync(folder, { recursive: true });
  const user = clusterUser(data);
  await initialise(binaries, data, user);
  const password = readFileSync(join(data, PASSWORD_FILE), 'utf8').trim();
  const port = await freePort();
  const flags = Object.entries({ ...SETTINGS, port }).map(([name, value]) => `-c ${name}='${value}'`);
  const control = (...args) => run(binaries.pgCtl, [...args, '-w', '-D', data], user);
  const start = () => control('start', '-l', join(data, 'server.log'), '-o', flags.join(' '));
  const at = (database) => `postgresql://${ROLE}:${password}@127.0.0.1:${port}/${database}`;

  await start();
  const client = new pg.Client({ connectionString: at('postgres') });
  await client.connect();
  await client.query(`CREATE DATABASE ${DATABASE}`);
  await client.end();
  return { url: at(DATABASE), start, stop: (mode) => control('stop', '-m', mode) };
}

export function freePort() {
  return new Promise((done, fail) => {
    const server = createServer().once('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}
