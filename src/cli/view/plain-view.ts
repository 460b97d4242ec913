/** A job where there is no terminal: a line for each change. */
import { endingOf } from '../../client/ending.js';
import type { Job, Task } from '../ask/answers.js';
import { took } from '../text/took.js';
import type { JobEvent } from '../watch/job-events.js';
import type { Out } from './out.js';
import type { View } from './view.js';

export class PlainView implements View {
  /** What was said last about each task, and about the job. */
  readonly #said = new Map<string, string>();
  readonly #note: (text: string) => void;
  #isLost = false;

  constructor(
    private readonly out: Out,
    note: (text: string) => void,
  ) {
    this.#note = note;
  }

  async event(event: JobEvent): Promise<void> {
    if (event.event === 'lost' && !this.#isLost) this.#note(`${event.why}; asking again`);
    this.#isLost = event.event === 'lost';
    if (event.event === 'job') await this.#job(event.job);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #job(job: Job): Promise<void> {
    const isOver = job.end !== null;
    if (!isOver) await this.#say('', `${this.out.name(job.pipeline)}: ${jobText(job)}`);
    for (const task of job.tasks) {
      const text = `  ${this.out.name(task.name)}: ${taskText(task, this.out)}`;
      if (task.status === 'waiting' && task.retryAt === undefined) this.#said.set(task.name, text);
      else await this.#say(task.name, text);
    }
    if (isOver) await this.#say('', `${this.out.name(job.pipeline)}: ${jobText(job)}`);
  }

  /** The job is called "", as no task is. */
  async #say(of: string, text: string): Promise<void> {
    if (this.#said.get(of) === text) return;
    this.#said.set(of, text);
    await this.out.line(text);
  }
}

function jobText(job: Job): string {
  const { status, queuePosition, end } = job;
  if (queuePosition !== undefined) return `${status}, number ${queuePosition} in the wait list`;
  return `${status}${end === null ? '' : spanOf(job)}`;
}

function taskText(task: Task, out: Out): string {
  const { status, end, attempt = 0, retryAt, carriedOver } = task;
  if (retryAt !== undefined) return `attempt ${attempt} failed, the next one follows`;
  if (carriedOver === true) return `${status}, as it was`;
  const ending = endingOf(task);
  const words = [
    status,
    ...(attempt > 1 ? [`attempt ${attempt}`] : []),
    ...(ending === null ? [] : [out.name(ending)]),
  ];
  return `${words.join(', ')}${end === null ? '' : spanOf(task)}`;
}

const spanOf = (span: Job | Task) => (span.start === null ? '' : ` (${took(span, 0)})`);
