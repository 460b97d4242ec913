/** What becomes of a job: told by a stream, or, where none comes through, found by asking again and again. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isJobEnd, type JobEnd } from '../../domain/status.js';
import type { Job } from '../ask/answers.js';
import type { Service } from '../ask/service.js';
import { Unreachable } from '../exit.js';
import { Patience } from './patience.js';
import { type Lost, NoStream, watch } from './stream.js';

export type JobEvent =
  { readonly event: 'job'; readonly job: Job } | { readonly event: 'end'; readonly status: JobEnd } | Lost;

export const POLL_MS = 2_000;

/** The last one is the end. */
export async function* jobEvents(
  service: Service,
  id: string,
  signal: AbortSignal,
): AsyncGenerator<JobEvent> {
  try {
    for await (const told of watch(service, 'job/events', { id }, signal)) {
      if (told.event === 'lost') yield told;
      else if (told.name === 'job') yield { event: 'job', job: JSON.parse(told.data) as Job };
      else if (told.name === 'end') yield { event: 'end', ...(JSON.parse(told.data) as { status: JobEnd }) };
    }
  } catch (error) {
    if (!(error instanceof NoStream)) throw error;
    yield* askedJobEvents(service, id, signal);
  }
}

async function* askedJobEvents(service: Service, id: string, signal: AbortSignal): AsyncGenerator<JobEvent> {
  const patience = new Patience();
  let known = '';
  for (;;) {
    try {
      const job = await service.get<Job>('job/detail', { id }, signal);
      patience.heard();
      const text = JSON.stringify(job);
      if (text !== known) yield { event: 'job', job };
      known = text;
      if (isJobEnd(job.status)) {
        yield { event: 'end', status: job.status };
        return;
      }
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      patience.failed(error);
      yield { event: 'lost', why: error.message };
    }
    await sleep(POLL_MS, undefined, { signal });
  }
}
