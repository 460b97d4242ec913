/** Shows a job as it runs, until it has ended: live in a terminal, else a line a change, or the job as JSON each time. */
import type { Client } from './client.js';
import { type Console, lookOf, note, say, sayJson } from './console.js';
import { watch } from './events.js';
import { exitCodeOf } from './exit-codes.js';
import { sayFailures } from './failures.js';
import { headOf, tasksOf, taskText } from './job-text.js';
import { LiveLines } from './live.js';
import type { Job } from './types.js';

interface View {
  readonly show: (job: Job) => void;
  /** What is shown stays. */
  readonly end: () => void;
}

/** Answers the exit code. Whoever is interrupted is told how to go on. */
export async function followJob(
  client: Client,
  id: string,
  console: Console,
  signal: AbortSignal,
): Promise<number> {
  const view = viewOf(console);
  let last: Job | null = null;
  try {
    const onLost = (reason: string) => {
      view.end();
      note(console, `${reason}; trying again, the job goes on`);
    };
    for await (const { name, data } of watch(client, '/job/events', { query: { id }, signal, onLost })) {
      if (name !== 'job') continue;
      last = data as Job;
      view.show(last);
    }
  } finally {
    view.end();
  }
  last ??= await client.json<Job>('/job/detail', { query: { id } });
  if (last.status === 'error' && !console.json) await sayFailures(client, last, console);
  return exitCodeOf(last.status);
}

function viewOf(console: Console): View {
  if (console.json)
    return {
      show: (job) => {
        sayJson(console, job);
      },
      end: () => undefined,
    };
  return console.out.isTTY ? liveView(console) : lineView(console);
}

const SECOND_MS = 1_000;

function liveView(console: Console): View {
  const lines = new LiveLines(console.out);
  let timer: NodeJS.Timeout | undefined;
  const draw = (job: Job) => {
    const look = lookOf(console);
    lines.show([headOf(job, look), ...tasksOf(job, look)]);
  };
  return {
    show: (job) => {
      clearInterval(timer);
      draw(job);
      timer = setInterval(draw, SECOND_MS, job);
    },
    end: () => {
      clearInterval(timer);
      lines.keep();
    },
  };
}

/** Each task when it is otherwise than before, then the job itself. */
function lineView(console: Console): View {
  const told = new Map<string, string>();
  const tell = (key: string, state: string, line: string) => {
    if (told.get(key) === state) return;
    told.set(key, state);
    say(console, line);
  };
  return {
    show: (job) => {
      const look = lookOf(console);
      for (const task of job.tasks) {
        const { name, status, attempt = 0 } = task;
        const isNews = status !== 'waiting' || task.retryAt !== undefined;
        if (isNews) tell(`task ${name}`, `${status} ${attempt}`, `${status} ${taskText(task, look)}`);
      }
      tell('job', job.status, `job ${headOf(job, look)}`);
    },
    end: () => undefined,
  };
}
