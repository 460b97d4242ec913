import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Database } from '../src/database/database.js';
import { findBinaries } from '../src/database/embedded/binaries.js';
import { RETRY_REASONS } from '../src/domain/retry.js';
import { Scheduler } from '../src/scheduler/scheduler.js';
import { followClock } from '../src/scheduler/set-back.sql.js';
import { SweepClock } from '../src/scheduler/sweep.js';
import { sweepWorkers } from '../src/scheduler/worker.sql.js';
import { NOBODY } from './support/actor.js';
import { freshDatabase } from './support/database.js';
import { pipelineOf, taskOf } from './support/definition.js';
import { Server } from './support/pair/server.mjs';
import { pipelinesFolder, taskStates, TestService } from './support/service.js';
import { until } from './support/wait.js';
import { FAILED, finishOf, workersLive } from './support/workers.js';

const PIPELINES = `
pipelines:
  delayed: { start_delay: 4s, queue_limit: 1, tasks: { t: { script: [echo late] } } }
  again: { tasks: { t: { script: ['[ -e tried ] || { touch tried; exit 1; }'], retries: 1, retry_delay: 4s } } }
  lost: { tasks: { t: { script: ['touch runs; sleep 600'] } } }
`;

const library = readdirSync('/usr/lib')
  .map((folder) => join('/usr/lib', folder, 'faketime', 'libfaketime.so.1'))
  .find((file) => existsSync(file));
if (library === undefined)
  process.stderr.write('clock.test.ts: there is no faketime here; what needs it is skipped\n');
const withFaketime = library === undefined ? test.skip : test;

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

describe('a database whose clock is set back by two hours', () => {
  /** Its address, and what sets its clock, by faketime's words. */
  async function fakeServer(): Promise<{ url: string; setClock: (offset: string) => void }> {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-clock-'));
    chmodSync(folder, 0o755);
    const [offset, program] = [join(folder, 'offset'), join(folder, 'pg_ctl')];
    const setClock = (text: string) => {
      writeFileSync(offset, `${text}\n`);
    };
    setClock('+0');
    const environment = [
      `LD_PRELOAD=${String(library)}`,
      `FAKETIME_TIMESTAMP_FILE=${offset}`,
      'FAKETIME_NO_CACHE=1',
      'FAKETIME_DONT_FAKE_MONOTONIC=1',
    ];
    writeFileSync(program, `#!/bin/sh\nexec env ${environment.join(' ')} ${findBinaries().pgCtl} "$@"\n`);
    chmodSync(program, 0o755);
    const server = await Server.create(join(folder, 'data'));
    closing.unshift(() => server.close());
    await server.start(program);
    return { url: server.url(), setClock };
  }

  withFaketime('starts delayed jobs, tries again, and notices a lost worker as before', async () => {
    const { url, setClock } = await fakeServer();
    const folder = pipelinesFolder(PIPELINES);
    const start = (role: string) => {
      const service = new TestService(
        { DATABASE_URL: url, HOLDFAST_PATH: folder, HOLDFAST_ROLE: role, HOLDFAST_LEASE_SECONDS: '6' },
        folder,
      );
      closing.unshift(() => service.stop('SIGKILL'));
      return service;
    };
    const api = start('api');
    const dying = start('worker');
    const lost = await api.schedule('lost');
    await until('it runs', () => existsSync(join(folder, 'runs')));
    await dying.stop('SIGKILL');
    start('worker');
    const [delayed, again] = [await api.schedule('delayed'), await api.schedule('again')];
    await until('the task waits for another attempt', async () => (await api.job(again)).tasks[0]?.retryAt);
    expect((await api.job(delayed)).start).toBeNull();
    setClock('-2h');
    for (const id of [delayed, again]) expect(taskStates(await api.completed(id))).toEqual({ t: 'done' });
    expect((await api.completed(lost)).lastError).toMatch(/was lost while the task ran/);
    // The delay was counted by the old clock and the end by the new one.
    const { start: begun, created } = await api.job(delayed);
    expect(Date.parse(String(begun))).toBeLessThan(Date.parse(created));
    expect(readFileSync(join(folder, 'tried'), 'utf8')).toBe('');
  });
});

describe('what waits for its time when the clock is set back', () => {
  const LEASE_MS = 60_000;
  const DELAY_MS = 3_600_000;
  let database: Database;
  let scheduler: Scheduler;
  beforeEach(async () => {
    database = new Database(await freshDatabase(), { name: 'test', size: 5 });
    closing.unshift(() => database.close());
    scheduler = new Scheduler(database);
    await workersLive(database.pool, 'w');
  });

  const task = { ...taskOf('t'), retry: { retries: 1, delayMs: DELAY_MS, on: RETRY_REASONS } };
  const schedule = (name: string, startDelayMs: number) =>
    scheduler.schedule({
      definition: pipelineOf([task], { name, startDelayMs, queueLimit: 5, concurrency: 5 }),
      variables: null,
      queuePartition: '',
      by: NOBODY,
    });
  /** One job that waits for its start, and one whose task waits for another attempt. */
  async function scheduleBoth(name: string): Promise<void> {
    await schedule(`${name} delayed`, DELAY_MS);
    await schedule(`${name} retried`, 0);
    for (const claim of await scheduler.claim('w', 5)) await finishOf(scheduler, claim, FAILED);
  }
  /** As if all that is there had been written by a clock that was two hours ahead. */
  const setBack = () =>
    database.pool.query(`
      UPDATE sweep SET swept_at = swept_at + interval '2 h', steady_since = steady_since + interval '2 h';
      UPDATE jobs SET created_at = created_at + interval '2 h', due_at = due_at + interval '2 h';
      UPDATE attempts SET ended_at = ended_at + interval '2 h';
      UPDATE tasks SET due_at = due_at + interval '2 h';`);
  /** In minutes from now. */
  async function waits(): Promise<Record<string, number>> {
    const { rows } = await database.pool.query<{ pipeline: string; minutes: number }>(`
      SELECT pipeline, round(extract(epoch FROM coalesce(jobs.due_at, tasks.due_at) - now()) / 60)::int AS minutes
      FROM jobs JOIN tasks ON tasks.job_id = jobs.id`);
    return Object.fromEntries(rows.map(({ pipeline, minutes }) => [pipeline, minutes]));
  }

  test('waits as long as before, once, and what came since is left as it is', async () => {
    const clock = new SweepClock({ database, leaseMs: LEASE_MS });
    await clock.sweep();
    await scheduleBoth('old');
    await setBack();
    await scheduleBoth('new');
    expect(await waits()).toEqual({
      'old delayed': 180,
      'old retried': 180,
      'new delayed': 60,
      'new retried': 60,
    });
    const gapMs = LEASE_MS / 4;
    expect(Math.round(await followClock(database.pool, gapMs))).toBe(7_200);
    expect(await followClock(database.pool, gapMs)).toBe(0);
    await clock.sweep();
    expect(new Set(Object.values(await waits()))).toEqual(new Set([60]));
  });

  test('waits as long as before also if the clock is set back between the two statements of a sweep', async () => {
    const gapMs = LEASE_MS / 4;
    await sweepWorkers(database.pool, gapMs, true);
    await scheduleBoth('old');
    expect(await followClock(database.pool, gapMs)).toBe(0);
    await setBack();
    expect(await sweepWorkers(database.pool, gapMs, true)).toEqual([]);
    expect(Math.round(await followClock(database.pool, gapMs))).toBe(7_200);
    expect(await waits()).toEqual({ 'old delayed': 60, 'old retried': 60 });
  });

  test('is followed before any worker is called dead, and a dead one is noticed a lease later', async () => {
    const gapMs = LEASE_MS / 4;
    const wait = (time: string) =>
      database.pool.query(`
        UPDATE workers SET heartbeat_at = heartbeat_at - interval '${time}';
        UPDATE sweep SET steady_since = steady_since - interval '${time}'`);
    await setBack();
    await wait('3 h');
    expect(await sweepWorkers(database.pool, gapMs, true)).toEqual([]);
    await followClock(database.pool, gapMs);
    expect(await sweepWorkers(database.pool, gapMs, true)).toEqual([]);
    await wait('61 s');
    expect(await sweepWorkers(database.pool, gapMs, true)).toEqual(['w']);
  });
});
