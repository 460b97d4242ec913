/** Follows a job to its end, whose exit code is the program's. */
import type { JobEnd } from '../../domain/status.js';
import type { Job } from '../ask/answers.js';
import { EXIT, EXIT_OF_JOB, type ExitCode, Failure } from '../exit.js';
import { JsonView } from '../view/json-view.js';
import { LiveView } from '../view/live-view.js';
import { PlainView } from '../view/plain-view.js';
import type { View } from '../view/view.js';
import { jobEvents } from '../watch/job-events.js';
import type { Context } from './context.js';
import { tellWhatFailed } from './failed-output.js';
import { onInterrupt } from './interrupt.js';

export async function follow(context: Context, id: string): Promise<ExitCode> {
  const { service, json } = context;
  const interrupt = onInterrupt();
  const view = viewFor(context);
  let job: Job | null = null;
  let status: JobEnd | null = null;
  try {
    for await (const event of jobEvents(service, id, interrupt.signal)) {
      if (event.event === 'job') job = event.job;
      if (event.event === 'end') status = event.status;
      await view.event(event);
    }
  } catch (error) {
    if (!interrupt.signal.aborted)
      throw error instanceof Failure && job !== null ? goesOn(error, context, id) : error;
  } finally {
    await view.close();
    interrupt.release();
  }
  if (status === null) {
    context.note(`the job goes on; ${howTo(context, id)}`);
    return EXIT.interrupted;
  }
  if (status === 'error' && job !== null && !json) await tellWhatFailed(context, job);
  return EXIT_OF_JOB[status];
}

function viewFor({ out, json, isLive, service, note }: Context): View {
  if (json) return new JsonView(out, note);
  return isLive ? new LiveView(out, () => service.now()) : new PlainView(out, note);
}

const goesOn = ({ exit, message }: Failure, context: Context, id: string) =>
  new Failure(exit, `${message}. The job may go on; ${howTo(context, id)}`);

const howTo = ({ commandLine }: Context, id: string) =>
  `to follow it: ${commandLine('show', id, '--follow')}, to cancel it: ${commandLine('cancel', id)}`;
