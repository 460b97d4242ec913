// The Postgres of a run: one server that is stopped and started, or with a standby that takes over from it.
import { join } from 'node:path';
import { Pair } from '../support/pair/pair.mjs';
import { Server } from '../support/pair/server.mjs';

const DATABASE = 'chaos';

/** Not the service's own embedded one, which is looked after where it ends. */
export async function startPostgres(folder) {
  const server = await Server.create(folder);
  await server.start();
  await server.query(`CREATE DATABASE ${DATABASE}`);
  return {
    url: server.url(DATABASE),
    start: () => server.start(),
    stop: (mode) => server.stop(mode),
    close: () => server.stop('immediate'),
  };
}

/** A commit waits for the standby, so that what is accepted outlives a primary that is killed. */
export const startPair = (folder) => Pair.open(join(folder, 'pair'), DATABASE);
