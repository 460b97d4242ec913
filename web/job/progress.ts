/** How far a job is: by tasks that have ended, and by how long what is left usually takes. */
import type { Job } from '../api/types.js';
import { byName, type Timed } from './graph-shape.js';

export interface Progress {
  readonly ended: number;
  /** Of these, those that were done. */
  readonly done: number;
  readonly total: number;
  /** null: of something that is left it is not known. */
  readonly secondsLeft: number | null;
  /** 0 to 1. */
  readonly fraction: number;
}

type Medians = Readonly<Record<string, number>>;

const isOver = (task: Timed) => task.status !== 'waiting' && task.status !== 'running';

/** As if there were a slot for each task that is free to run: the longest way through what is left. */
export function progressOf(
  job: { readonly start: Job['start']; readonly tasks: readonly Timed[] },
  usual: Medians,
  now: number,
): Progress {
  const { tasks } = job;
  const total = tasks.length;
  const ended = tasks.filter(isOver).length;
  const done = tasks.filter(({ status }) => status === 'done').length;
  const secondsLeft = secondsOf(tasks, usual, now);
  return { ended, done, total, secondsLeft, fraction: fractionOf(job, { ended, total, secondsLeft }, now) };
}

function secondsOf(tasks: readonly Timed[], usual: Medians, now: number): number | null {
  const known = byName(tasks);
  const found = new Map<string, number | null>();
  /** Until it will have ended. */
  const left = (task: Timed): number | null => {
    if (isOver(task)) return 0;
    const before = found.get(task.name);
    if (before !== undefined) return before;
    // For as long as it is looked at: a circle is no way.
    found.set(task.name, null);
    const own = leftOf(task, usual, now);
    const others = (task.dependsOn ?? []).flatMap((name) => known.get(name) ?? []).map(left);
    const answer = own === null || others.includes(null) ? null : own + Math.max(0, ...others.map(Number));
    found.set(task.name, answer);
    return answer;
  };
  const all = tasks.map(left);
  return all.includes(null) ? null : Math.max(0, ...all.map(Number));
}

function leftOf(task: Timed, usual: Medians, now: number): number | null {
  const seconds = Object.hasOwn(usual, task.name) ? usual[task.name] : undefined;
  if (seconds === undefined) return null;
  const since = task.status === 'running' && task.start !== null ? (now - Date.parse(task.start)) / 1000 : 0;
  return Math.max(0, seconds - since);
}

/** By time where that is known, but never all of it while something is left. */
function fractionOf(
  { start }: Pick<Job, 'start'>,
  { ended, total, secondsLeft }: Pick<Progress, 'ended' | 'total' | 'secondsLeft'>,
  now: number,
): number {
  if (total === 0 || ended === total) return 1;
  const byTasks = ended / total;
  if (secondsLeft === null || start === null) return byTasks;
  const since = Math.max(0, (now - Date.parse(start)) / 1000);
  return since + secondsLeft === 0 ? byTasks : Math.min(0.99, since / (since + secondsLeft));
}
