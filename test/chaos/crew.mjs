// Everything that runs: Postgres, one API, and three workers, two of which keep their names over restarts.
import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../dist/database/embedded/start.js';
import { Member } from './member.mjs';
import { fileOf } from './pipelines.mjs';
import { startPair, startPostgres } from './postgres.mjs';

const TASK = fileURLToPath(new URL('task.sh', import.meta.url));
const SLOTS = 6;
/** Shorter than the longest tasks, so that some are killed by it. */
const GRACE = '1s';

export const NAMES = ['one', 'two', null];

/** `standby`: Postgres is two servers. */
export async function startCrew({ folder, token, leaseSeconds, pipelines, standby }) {
  for (const name of ['pipelines', 'notes', 'logs']) mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, 'pipelines', 'pipelines.yml'), fileOf(pipelines));
  const postgres = await (standby ? startPair : startPostgres)(join(folder, 'data'));
  const port = await freePort();
  const env = {
    PATH: process.env.PATH,
    HOLDFAST_LOG_FORMAT: 'text',
    HOME: tmpdir(),
    DATABASE_URL: postgres.url,
    HOLDFAST_PATH: join(folder, 'pipelines'),
    HOLDFAST_LEASE_SECONDS: String(leaseSeconds),
    HOLDFAST_WORKER_SLOTS: String(SLOTS),
    HOLDFAST_GRACE: GRACE,
    CHAOS_TASK: TASK,
    CHAOS_NOTES: join(folder, 'notes'),
    CHAOS_RUN: token,
  };
  const member = (name, more) =>
    new Member({ name, folder, logs: join(folder, 'logs'), env: { ...env, ...more } });
  const api = member('api', { HOLDFAST_ROLE: 'api', PORT: String(port) });
  const workers = NAMES.map((name, index) => {
    const named = name === null ? {} : { HOLDFAST_WORKER_NAME: name };
    return member(`worker-${index + 1}`, { HOLDFAST_ROLE: 'worker', PORT: '0', ...named });
  });
  await Promise.all([api, ...workers].map((one) => one.start()));
  return { postgres, api, workers, url: `http://127.0.0.1:${port}` };
}
