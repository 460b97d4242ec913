/** What becomes of a job: told by a stream, or, where none comes through, found by asking again and again. */
import { isJobEnd, type JobEnd } from '../../domain/status.js';
import type { Job } from '../ask/answers.js';
import type { Service } from '../ask/service.js';
import { askAgain } from './ask-again.js';
import { type Lost, NoStream, watch } from './stream.js';

export type JobEvent =
  { readonly event: 'job'; readonly job: Job } | { readonly event: 'end'; readonly status: JobEnd } | Lost;

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

function askedJobEvents(service: Service, id: string, signal: AbortSignal): AsyncGenerator<JobEvent> {
  let known = '';
  return askAgain<JobEvent>(async function* (heard) {
    const job = await service.get<Job>('job/detail', { id }, signal);
    heard();
    const text = JSON.stringify(job);
    if (text !== known) yield { event: 'job', job };
    known = text;
    if (!isJobEnd(job.status)) return false;
    yield { event: 'end', status: job.status };
    return true;
  }, signal);
}
