/** Finds the Postgres that runs on a cluster, left by a crash or held by a neighbour, or starts one. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { StoppedError } from '../stopped.js';
import { EmbeddedError } from './binaries.js';
import type { Place } from './place.js';
import { readPostmaster, removeStale } from './postmaster.js';
import { run } from './program.js';
import { startUnlessAborted } from './stop.js';

const STARTS = 5;
const READY_SECONDS = 60;
const LOOK_MS = 200;

/**
 * Answers its port: the one it had the last time, which neighbours may know it by, or else a free one. Rejects with a
 * `StoppedError` once the signal is aborted and the Postgres that was starting has ended.
 */
export function findOrStart(place: Place, signal: AbortSignal): Promise<number> {
  return startUnlessAborted(place, signal, () => tryStarts(place, signal));
}

/** Where others know its port already, and may be starting it at the same time. */
export function startAgain(place: Place, port: number, signal: AbortSignal): Promise<void> {
  return startUnlessAborted(place, signal, () => startOnceMore(place, port, signal));
}

function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new StoppedError(signal);
}

async function tryStarts(place: Place, signal: AbortSignal): Promise<number> {
  const { cluster } = place;
  let failure: unknown;
  for (let start = 0; start < STARTS; start += 1) {
    throwIfAborted(signal);
    await removeStale(cluster);
    const port = await readyPort(cluster);
    if (port !== null) return port;
    throwIfAborted(signal);
    // It fails if the port is taken meanwhile, or if somebody else was first, whom the next round finds.
    const again = start === 0 ? await lastPort(cluster) : null;
    await startOn(place, again ?? (await freePort())).catch((error: unknown) => (failure = error));
  }
  const port = await readyPort(cluster);
  if (port !== null) return port;
  throw new EmbeddedError(`the embedded Postgres in ${cluster} does not start: ${String(failure)}`);
}

async function startOnceMore(place: Place, port: number, signal: AbortSignal): Promise<void> {
  const { cluster } = place;
  throwIfAborted(signal);
  await removeStale(cluster);
  let failure: unknown;
  if ((await readyPort(cluster)) === null) {
    throwIfAborted(signal);
    await startOn(place, port).catch((error: unknown) => (failure = error));
  }
  const running = await readyPort(cluster);
  if (running === port) return;
  throw new EmbeddedError(
    running === null ? String(failure) : `the embedded Postgres in ${cluster} is on port ${running} now`,
  );
}

export async function startOn({ binaries, cluster, user, settings }: Place, port: number): Promise<void> {
  const flags = Object.entries({ ...settings, port: `${port}` }).map(
    ([name, value]) => `-c ${name}='${value}'`,
  );
  const log = join(cluster, 'start.log');
  const args = ['start', '-w', '-t', `${READY_SECONDS}`, '-D', cluster, '-l', log, '-o', flags.join(' ')];
  await run(binaries.pgCtl, args, user);
}

/** Postgres writes down what it was started with. */
async function lastPort(cluster: string): Promise<number | null> {
  const text = await readFile(join(cluster, 'postmaster.opts'), 'utf8').catch(() => '');
  const [, port] = /port='?(\d+)/.exec(text) ?? [];
  return port === undefined ? null : Number(port);
}

/** Of the one that runs, which may still be recovering, or ending; null: none does. */
async function readyPort(cluster: string): Promise<number | null> {
  for (let waited = 0; waited < READY_SECONDS * 1000; waited += LOOK_MS) {
    const running = await readPostmaster(cluster);
    if (running === null) return null;
    if (running.ready) return running.port;
    await new Promise((done) => setTimeout(done, LOOK_MS));
  }
  throw new EmbeddedError(`the embedded Postgres in ${cluster} is not ready after ${READY_SECONDS} s`);
}

export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  await new Promise((done) => server.close(done));
  return port;
}
