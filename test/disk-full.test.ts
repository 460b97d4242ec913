import { execFileSync, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DISK_FULL } from './support/away.js';
import { Load } from './support/load.js';
import { Server } from './support/pair/server.mjs';
import { pipelinesFolder, taskStates, TestService } from './support/service.js';
import { until } from './support/wait.js';

/** Random, so that it cannot be compressed; kept, to be compared. */
const MUCH = 'head -c 30000000 /dev/urandom | base64 | tee much';
const PIPELINES = `
pipelines:
  quick: { concurrency: 50, tasks: { t: { script: [echo quick] } } }
  much: { tasks: { t: { script: ['until [ -e go ]; do sleep 0.02; done; ${MUCH}'] } } }
`;
const MAY_BE_TOLD = ['503 Database has no room left on its disk', '503 Database is not available'];

const size = (megabytes: number) => `size=${megabytes}m`;

function mounts(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', size(1), 'tmpfs', folder], { stdio: 'ignore' });
    execFileSync('umount', [folder]);
    return true;
  } catch {
    return false;
  }
}
const mountable = mounts();
if (!mountable) process.stderr.write('disk-full.test.ts: no disk can be mounted here; it is skipped\n');
const onSmallDisk = mountable ? describe : describe.skip;

let folder: string;
const closing: (() => unknown)[] = [];
beforeEach(() => {
  folder = pipelinesFolder(PIPELINES);
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

function smallDisk(megabytes: number): string {
  const disk = mkdtempSync(join(tmpdir(), 'holdfast-disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', size(megabytes), 'tmpfs', disk]);
  // Lazily, as a process may still be on its way out.
  closing.unshift(() => execFileSync('umount', ['-l', disk]));
  return disk;
}

async function started(server: Server): Promise<string> {
  closing.unshift(() => server.close());
  await server.start();
  return server.url();
}

function start(url: string, role: string): TestService {
  const service = new TestService({ DATABASE_URL: url, HOLDFAST_PATH: folder, HOLDFAST_ROLE: role }, folder);
  closing.unshift(() => service.stop('SIGKILL'));
  return service;
}

/** Fills it to the last byte. Returns what removes that again. */
function fill(disk: string): () => void {
  const file = join(disk, 'filler');
  const { status, stderr } = spawnSync('dd', ['if=/dev/zero', `of=${file}`, 'bs=64k'], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([1, expect.stringContaining('No space left')]);
  return () => {
    rmSync(file);
  };
}

const go = () => {
  writeFileSync(join(folder, 'go'), '');
};
const ready = (service: TestService) => service.get('/health/ready');
const isReady = async (service: TestService) => (await ready(service)).status === 200;

/** Everything that was accepted is done, and of the output nothing is missing. */
async function expectNothingLost(service: TestService, load: Load, much: string): Promise<void> {
  for (const id of load.accepted.values())
    expect(taskStates(await service.completed(id))).toEqual({ t: 'done' });
  expect(taskStates(await service.completed(much))).toEqual({ t: 'done' });
  const { stdout } = await service.logs(much, 't');
  const hash = (text: string | Buffer) => createHash('sha256').update(text).digest('hex');
  expect(hash(stdout)).toBe(hash(readFileSync(join(folder, 'much'))));
}

/** Forty megabytes are written and read on a machine that may be busy. */
jest.setTimeout(300_000);

onSmallDisk('a database whose disk is full', () => {
  test('refuses schedules with its reason, answers reads, and goes on by itself once there is room', async () => {
    const disk = smallDisk(250);
    const server = await Server.create(disk);
    // On a disk of its own, as is usual: Postgres crashes without room for its log.
    const wal = mkdtempSync(join(tmpdir(), 'holdfast-wal-'));
    closing.unshift(() => {
      rmSync(wal, { recursive: true });
    });
    execFileSync('cp', ['-a', join(disk, 'postgres', 'pg_wal'), wal]);
    renameSync(join(disk, 'postgres', 'pg_wal'), join(disk, 'pg_wal.old'));
    symlinkSync(join(wal, 'pg_wal'), join(disk, 'postgres', 'pg_wal'));
    const url = await started(server);
    const [api, worker] = [start(url, 'api'), start(url, 'worker')];
    await worker.greeting();
    const much = await api.schedule('much');
    const load = new Load(api, 'quick', 2, { ballast: randomBytes(50_000).toString('base64') });
    await load.accepts(10);

    const free = fill(disk);
    go();
    await until('callers are refused', () => load.refusals.includes(`503 ${DISK_FULL.body.error}`));
    expect(await ready(api)).toMatchObject(DISK_FULL);
    expect((await api.get('/pipelines/jobs')).status).toBe(200);
    expect((await api.job(much)).completed).toBe(false);
    await until('the worker has noticed', () => worker.output.includes('has no room left on its disk'));
    expect(await ready(worker)).toMatchObject(DISK_FULL);
    // More than two clients are told in two seconds, in which it has looked for room.
    const asked = load.seen.length + 200;
    await until('it has looked again', () => load.seen.length > asked);
    expect(api.output).not.toContain('has room again');

    free();
    await load.accepts(10);
    await load.stop();
    expect(load.refusals).toEqual([`503 ${DISK_FULL.body.error}`]);
    for (const service of [api, worker]) await until('it is ready', () => isReady(service));
    await expectNothingLost(api, load, much);
  });

  test('and which crashes for want of room for its log has lost nothing when it is started with more', async () => {
    const disk = smallDisk(150);
    const server = await Server.create(disk);
    const service = start(await started(server), 'all');
    const much = await service.schedule('much');
    const load = new Load(service, 'quick', 2);
    await load.accepts(10);
    go();
    await until('it is not ready', async () => !(await isReady(service)));
    execFileSync('mount', ['-o', `remount,${size(800)}`, disk]);
    // It may have given up, or be recovering by itself.
    await until('Postgres runs', async () => {
      await server.start().catch(() => undefined);
      return (await server.query('SELECT')).length === 1;
    });
    await load.accepts(10);
    await load.stop();
    expect(MAY_BE_TOLD).toEqual(expect.arrayContaining(load.refusals));
    await until('it is ready', () => isReady(service));
    await expectNothingLost(service, load, much);
  });
});
