/** The inside of a thread: answers one request after the other. */
import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import type { Reply, ThreadData } from './thread.js';

/** A third of the time where it and another thread both want all of it. */
const NICE = 5;

/** `work` takes what `Thread.run` is given, and returns its answer. */
export function serve(work: (request: never) => unknown): void {
  const port = parentPort;
  if (port === null) throw new Error('this program is for a worker thread');
  // Only Linux has priorities of threads. Other systems would change that of the whole process.
  if ((workerData as ThreadData).isBackground && process.platform === 'linux') setPriority(NICE);
  const reply = (one: Reply<unknown>) => {
    port.postMessage(one);
  };
  port.on('message', (request: unknown) => {
    try {
      reply({ kind: 'answer', answer: work(request as never) });
    } catch (error) {
      reply({ kind: 'failed', stack: String((error as Error).stack) });
    }
  });
  reply({ kind: 'ready' });
}
