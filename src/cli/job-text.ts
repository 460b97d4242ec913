/** A job as lines of text: what each of its tasks does, below what it waits for. */
import { styleText } from 'node:util';
import { oneLine } from './harmless.js';
import type { Job, Task } from './types.js';

type Status = Task['status'];
type Format = Parameters<typeof styleText>[0];

const GLYPHS: Readonly<Record<Status, string>> = {
  waiting: '·',
  running: '▸',
  done: '✓',
  error: '✗',
  skipped: '–',
  canceled: '■',
};
const COLOURS: Readonly<Record<Status, Format>> = {
  waiting: 'gray',
  running: 'cyan',
  done: 'green',
  error: 'red',
  skipped: 'gray',
  canceled: 'yellow',
};

export interface Look {
  readonly colours: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
}

const paint = (look: Look, format: Format, text: string) => (look.colours ? styleText(format, text) : text);

export const statusText = (status: Status, look: Look): string =>
  paint(look, COLOURS[status], `${GLYPHS[status]} ${status}`);

export function headOf(job: Job, look: Look): string {
  const place = job.queuePosition === undefined ? '' : `, number ${job.queuePosition} in the wait list`;
  return `${oneLine(job.pipeline)} ${job.id} ${statusText(job.status, look)}${lasting(job, look)}${place}`;
}

/** A line a task, in the order of the answer, indented by how many tasks come before it at least. */
export function tasksOf({ tasks }: Job, look: Look): string[] {
  const depths = new Map<string, number>();
  for (const { name, dependsOn = [] } of tasks)
    depths.set(name, Math.max(0, ...dependsOn.map((one) => (depths.get(one) ?? -1) + 1)));
  return tasks.map((task) => {
    const mark = paint(look, COLOURS[task.status], GLYPHS[task.status]);
    return `${'  '.repeat((depths.get(task.name) ?? 0) + 1)}${mark} ${taskText(task, look)}`;
  });
}

export function taskText(task: Task, look: Look): string {
  const notes = [
    (task.attempt ?? 1) > 1 ? ` (attempt ${String(task.attempt)})` : '',
    task.retryAt === undefined ? '' : ' tries again',
    task.carriedOver === true ? ' carried over' : '',
    task.error === undefined ? '' : ` ${oneLine(task.error)}`,
  ];
  return `${oneLine(task.name)}${lasting(task, look)}${notes.join('')}`;
}

/** To the second, which is what the service tells. */
function lasting({ start, end }: Pick<Task, 'start' | 'end'>, { now }: Look): string {
  if (start === null) return '';
  const seconds = Math.round(((end === null ? now : Date.parse(end)) - Date.parse(start)) / 1000);
  return ` ${durationText(Math.max(seconds, 0))}`;
}

export function durationText(seconds: number): string {
  const whole = Math.round(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  if (hours > 0) return `${hours}h${String(minutes).padStart(2, '0')}m`;
  return minutes > 0 ? `${minutes}m${String(whole % 60).padStart(2, '0')}s` : `${whole}s`;
}
