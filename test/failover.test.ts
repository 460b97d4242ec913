import { readFileSync, writeFileSync } from 'node:fs';
import { Load } from './support/load.js';
import { Pair } from './support/pair/pair.mjs';
import { withClient } from './support/database.js';
import { pipelinesFolder, taskStates, TestService } from './support/service.js';
import { until } from './support/wait.js';

const CLIENTS = 8;
/** Jobs that are accepted before, between and after the changes. */
const SOME = 100;
const PIPELINES = `
pipelines:
  count: { concurrency: 1000, tasks: { t: { script: ['echo {{ .token }} >> ran'] } } }
  wait: { tasks: { t: { script: ['echo before; echo $$ > pid; until [ -e go ]; do sleep 0.02; done; echo after'] } } }
`;

let folder: string;
let pair: Pair;
const services: TestService[] = [];
const start = (role: string) => {
  const service = new TestService(
    { DATABASE_URL: pair.url, HOLDFAST_PATH: folder, HOLDFAST_ROLE: role },
    folder,
  );
  services.push(service);
  return service;
};

beforeEach(async () => {
  folder = pipelinesFolder(PIPELINES);
  pair = await Pair.open();
});
afterEach(async () => {
  for (const service of services.splice(0)) await service.stop('SIGKILL');
  await pair.close();
});

interface Row {
  readonly id: string;
  readonly token: string;
  readonly status: string;
}

const jobs = () =>
  withClient(pair.url, async (client) => {
    const { rows } = await client.query<Row>(
      `SELECT id, variables ->> 'token' AS token, status FROM jobs WHERE pipeline = 'count'`,
    );
    return rows;
  });

type Change = 'switchOver' | 'failOver';

/** Changes the primary once callers have met the standby. Returns what they saw, for the reader. */
async function counted(change: Change, load: Load): Promise<string> {
  const first = load.seen.length;
  const seen = () => load.seen.slice(first);
  await pair[change](() =>
    until('callers have met the standby', () =>
      seen().some(({ error }) => error === 'Database takes no writes'),
    ),
  );
  await load.accepts(SOME);
  const refused = seen().filter(({ status }) => status === 503);
  const last = Math.max(...refused.map(({ at }) => at)) - pair.promotedAt;
  return (
    `${change}: ${refused.length} of ${seen().length} answers were 503, ` +
    `the last one ${last.toFixed()} ms after the promotion (${String(refused.at(-1)?.error)})`
  );
}

test('two switches and a kill -9 of the primary under load lose nothing accepted, and run nothing twice', async () => {
  const api = start('api');
  start('worker');
  const waiting = await api.schedule('wait');
  await until('the task runs', () => Number(readFileSync(`${folder}/pid`, 'utf8')));
  const load = new Load(api, 'count', CLIENTS);
  await load.accepts(SOME);

  const counts = [await counted('switchOver', load), await counted('failOver', load)];
  await pair.restoreStandby();
  await load.accepts(SOME);
  counts.push(await counted('switchOver', load));
  await load.stop();

  expect(load.refusals).toEqual(['503 Database is not available', '503 Database takes no writes']);
  const all = await until('all have ended', async () => {
    const rows = await jobs();
    return rows.every(({ status }) => status === 'done' || status === 'error') && rows;
  });
  // Nothing accepted is lost, and nothing is there that was not asked for, or is there twice.
  expect(new Map(all.map(({ token, id }) => [token, id]))).toEqual(load.accepted);
  expect(all).toHaveLength(load.accepted.size);
  expect(all.filter(({ status }) => status !== 'done')).toEqual([]);
  // Each ran once.
  const ran = readFileSync(`${folder}/ran`, 'utf8').trim().split('\n');
  expect(ran.sort()).toEqual([...load.accepted.keys()].sort());

  writeFileSync(`${folder}/go`, '');
  expect(taskStates(await api.completed(waiting))).toEqual({ t: 'done' });
  expect(await api.logs(waiting, 't')).toEqual({ stdout: 'before\nafter\n', stderr: '' });
  console.info([`failover: ${load.accepted.size} accepted, 0 lost, 0 twice`, ...counts].join('\n'));
});
