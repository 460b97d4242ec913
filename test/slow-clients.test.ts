import { execFileSync } from 'node:child_process';
import { freshDatabase, withClient } from './support/database.js';
import { pipelinesFolder, TestService } from './support/service.js';
import { openSlowClients, type SlowClients } from './support/slow-clients.js';
import { until } from './support/wait.js';

/** Of this process, and of the service, for which it is the same: a connection is a file in each. */
const FILES = Number(
  execFileSync('bash', ['-c', 'ulimit -Hn | sed s/unlimited/1000000/'], { encoding: 'utf8' }),
);
/** Fewer where few files may be open, so that no machine leaves this out. */
const IDLE = Math.min(2000, Math.floor((FILES - 500) * 0.8));
const SLOW = Math.floor(IDLE / 4);

let url: string;
let service: TestService;
let clients: SlowClients | undefined;
beforeAll(async () => {
  url = await freshDatabase();
  const folder = pipelinesFolder(`
pipelines:
  p: { concurrency: 100, tasks: { t: { script: [echo hi] } } }
  loud: { tasks: { t: { script: ['head -c 8000000 /dev/zero | tr "\\\\0" x'] } } }
`);
  // With the lease that users have: a shorter one would ask how fast this machine is.
  service = new TestService({ DATABASE_URL: url, HOLDFAST_PATH: folder }, folder);
  await service.greeting();
});
afterAll(async () => {
  clients?.leave();
  await service.stop();
});

const heartbeat = () =>
  withClient(url, async (client) => {
    const { rows } = await client.query<{ at: string }>('SELECT max(heartbeat_at)::text AS at FROM workers');
    return rows[0]?.at;
  });

test(`${SLOW} slow clients and ${IDLE} idle ones keep nobody else from an answer, and no worker from its heartbeat`, async () => {
  const loud = await service.schedule('loud');
  await service.completed(loud);
  clients = await openSlowClients(await service.url(), {
    slow: SLOW,
    idle: IDLE,
    path: `/job/logs?id=${loud}&task=t`,
  });
  // Half of the requests are cut off after 15 or 30 s, and that is right; the idle ones are not.
  expect(clients.connected()).toBeGreaterThanOrEqual(IDLE + SLOW / 3);

  let beats = 0;
  let last = await heartbeat();
  await until('schedules and details were answered over three heartbeats', async () => {
    const job = await service.completed(await service.schedule('p'));
    expect(job.errored).toBe(false);
    const now = await heartbeat();
    if (now !== last) beats += 1;
    last = now;
    return beats >= 3;
  });
  expect(clients.connected()).toBeGreaterThanOrEqual(IDLE);
  // Nobody was taken for dead, by others or by himself.
  const said = service.output.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'an id');
  expect(said).not.toMatch(/heartbeat|dead|lost|new life/i);
});
