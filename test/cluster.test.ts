import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cluster, startCluster } from '../src/database/embedded/cluster.js';
import { StoppedError } from '../src/database/stopped.js';
import { withClient } from './support/database.js';
import { EndlessRecovery } from './support/recovery.js';
import { until } from './support/wait.js';

let folder: string;
const started: Cluster[] = [];
const start = async () => {
  const cluster = await startCluster(folder, { fsync: 'off' });
  started.push(cluster);
  return cluster;
};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-cluster-'));
});
afterEach(async () => {
  for (const cluster of started.splice(0)) await cluster.stop();
  await rm(folder, { recursive: true, force: true });
});

const inCluster = (file: string) => join(folder, 'postgres', file);
const postmaster = () => inCluster('postmaster.pid');
const pid = () => Number(readFileSync(postmaster(), 'utf8').split('\n')[0]);
const runs = (number: number) => {
  try {
    return /^\) [^ZX] /.test(readFileSync(`/proc/${number}/stat`, 'utf8').replace(/^.*\)/, ')'));
  } catch {
    return false;
  }
};

const keepers = (cluster: Cluster) =>
  withClient(cluster.url, async (client) => {
    const text = `SELECT FROM pg_stat_activity WHERE application_name LIKE 'holdfast keeper %'`;
    return (await client.query(text)).rowCount;
  });
const isKept = async (cluster: Cluster) => (await keepers(cluster)) === 1;

describe('the embedded Postgres', () => {
  test('keeps its data between starts', async () => {
    const first = await start();
    await withClient(first.url, (client) => client.query('CREATE TABLE kept (x int)'));
    await first.stop();
    const second = await start();
    await withClient(second.url, (client) => client.query('SELECT FROM kept'));
  });

  test('is found and taken over where it still runs', async () => {
    const first = await start();
    const second = await start();
    expect(second.url).toBe(first.url);
  });

  test('is started again where it was killed, its lock file left behind', async () => {
    const { url } = await start();
    await withClient(url, (client) => client.query('CREATE TABLE kept (x int)'));
    const killed = pid();
    process.kill(killed, 'SIGKILL');
    await until('it is dead', () => !runs(killed));
    const again = await start();
    expect(again.url).toBe(url);
    await withClient(again.url, (client) => client.query('SELECT FROM kept'));
  });

  test.each(['SIGKILL', 'SIGQUIT'] as const)(
    'that ends by %s is started again where everybody knows it, each time',
    async (signal) => {
      const cluster = await start();
      await withClient(cluster.url, (client) => client.query('CREATE TABLE kept (x int)'));
      for (const round of [1, 2]) {
        const ended = pid();
        process.kill(ended, signal);
        await until(`it is back, round ${round}`, () =>
          withClient(cluster.url, (client) => client.query('SELECT FROM kept')),
        );
        expect(pid()).not.toBe(ended);
        // Who keeps it is connected again, so nobody else stops it.
        await until('it is kept again', () => isKept(cluster));
      }
    },
  );

  test('that ends is started again once, however many use it', async () => {
    const clusters = [await start(), await start(), await start()];
    const ended = pid();
    process.kill(ended, 'SIGKILL');
    await until('all are connected again', async () => (await keepers(clusters[0] as Cluster)) === 3);
    for (const cluster of clusters.splice(1)) await cluster.stop();
    await withClient((await start()).url, (client) => client.query('SELECT'));
  });

  test('is not started again by who is about to stop it', async () => {
    const cluster = await start();
    process.kill(pid(), 'SIGKILL');
    await cluster.stop();
    expect(existsSync(postmaster()) && runs(pid())).toBe(false);
  });

  test('is started where its lock file names a process that is no Postgres', async () => {
    await (await start()).stop();
    writeFileSync(postmaster(), `${process.pid}\n${folder}\n0\n5432\n\n127.0.0.1\n\nready\n`);
    await withClient((await start()).url, (client) => client.query('SELECT'));
  });

  describe('that has a long recovery before it', () => {
    let recovery: EndlessRecovery;
    const recovers = () => recovery.process !== null;

    beforeEach(async () => {
      await (await start()).stop();
      recovery = new EndlessRecovery(inCluster(''));
    });

    test('ends when its start is told to end', async () => {
      const stopping = new AbortController();
      const starting = startCluster(folder, {}, stopping.signal);
      await until('it recovers', recovers);
      stopping.abort('the test');
      await expect(starting).rejects.toThrow(StoppedError);
      expect(existsSync(postmaster())).toBe(false);
    });

    test('ends with the last start that waits for it, and the others start it again before', async () => {
      const stopping = [new AbortController(), new AbortController()];
      const starting = stopping.map(({ signal }) => startCluster(folder, {}, signal));
      const ends = starting.map((one) => expect(one).rejects.toThrow(StoppedError));
      await until('it recovers', recovers);
      const first = pid();
      stopping[0]?.abort('the test');
      await ends[0];
      await until('it recovers again', () => recovers() && existsSync(postmaster()) && pid() !== first);
      stopping[1]?.abort('the test');
      await ends[1];
      expect(existsSync(postmaster())).toBe(false);
    });

    test('is not started by a start that was told to end before', async () => {
      const signal = AbortSignal.abort('the test');
      await expect(startCluster(folder, {}, signal)).rejects.toThrow(StoppedError);
      expect(existsSync(postmaster())).toBe(false);
    });

    test('after a crash ends with the process that has started it again', async () => {
      recovery.require(false);
      const cluster = await start();
      recovery.require(true);
      process.kill(pid(), 'SIGKILL');
      await until('it recovers', recovers);
      await cluster.stop();
      expect(existsSync(postmaster())).toBe(false);
    });
  });

  test('is made once when several start at once', async () => {
    const clusters = await Promise.all([start(), start(), start()]);
    expect(new Set(clusters.map(({ url }) => url)).size).toBe(1);
  });

  test('is not stopped by one while another is connected', async () => {
    const [first, second] = [await start(), await start()];
    await withClient(first.url, async (client) => {
      await second.stop();
      await client.query('SELECT');
    });
  });

  test('is not reachable without its password', async () => {
    const url = new URL((await start()).url);
    url.password = 'guess';
    await expect(withClient(url.href, () => Promise.resolve())).rejects.toThrow(
      /password authentication failed/,
    );
  });

  test('says what to do with data of another version', async () => {
    await (await start()).stop();
    writeFileSync(join(folder, 'postgres', 'PG_VERSION'), '9\n');
    await expect(startCluster(folder)).rejects.toThrow(/is of Postgres 9, this is 18: move the folder away/);
  });

  test('says what is wrong with a folder that cannot be made', async () => {
    writeFileSync(join(folder, 'file'), '');
    await expect(startCluster(join(folder, 'file', 'below'))).rejects.toThrow(
      /the data folder .* cannot be made/,
    );
  });
});
