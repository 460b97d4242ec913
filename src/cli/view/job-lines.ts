/** A job as lines: how it is doing, and its tasks. */
import type { Job, Task } from '../ask/answers.js';
import { signOf, wordOf } from '../text/paint.js';
import { took } from '../text/took.js';
import { type Branch, treeOf } from '../text/tree.js';
import { endingOf } from '../../client/ending.js';
import { widthOf } from '../../client/width.js';
import type { Out } from './out.js';

/** `now`: by the service's clock. */
export function headLine(job: Job, out: Out, now: number): string {
  const { pipeline, status, queuePosition } = job;
  const place = queuePosition === undefined ? '' : `number ${queuePosition} in the wait list`;
  const words = [wordOf(status, out.paint), out.paint('dim', took(job, now)), place];
  return `${out.paint('bold', out.name(pipeline))} ${words.filter(Boolean).join(' ')}`;
}

export function taskLines(tasks: readonly Task[], out: Out, now: number): string[] {
  const branches = treeOf(tasks);
  const width = Math.max(0, ...branches.map((branch) => widthOf(labelOf(branch, out))));
  const times = branches.map(({ task }) => took(task, now));
  const timeWidth = Math.max(0, ...times.map(widthOf));
  return branches.map((branch, index) => {
    const { task, lead } = branch;
    const time = times[index] ?? '';
    const label = labelOf(branch, out);
    const gap = ' '.repeat(width - widthOf(label));
    const cells = [
      `${out.paint('dim', lead)}${signOf(task.status, out.paint)} ${label.slice(lead.length)}${gap}`,
      ' '.repeat(timeWidth - widthOf(time)) + out.paint('dim', time),
      noteOf(branch, out),
    ];
    return cells.join('  ').trimEnd();
  });
}

const labelOf = ({ task, lead }: Branch<Task>, out: Out) => `${lead}${out.name(task.name)}`;

/** Of many, these are named. */
const NAMED = 3;

function noteOf({ task, others }: Branch<Task>, out: Out): string {
  const { status, retryAt, carriedOver, attempt = 0 } = task;
  const notes: string[] = [];
  const ending = endingOf(task);
  if (ending !== null) notes.push(out.paint(status === 'done' ? 'dim' : 'red', out.name(ending)));
  if (carriedOver === true) notes.push('as it was');
  if (retryAt !== undefined) notes.push(`attempt ${attempt} failed, the next one follows`);
  else if (attempt > 1) notes.push(`attempt ${attempt}`);
  if (status === 'waiting' && others.length > 0) {
    const names = others.slice(0, NAMED).map((name) => out.name(name));
    const rest = others.length - names.length;
    notes.push(out.paint('dim', `also after ${names.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`));
  }
  return notes.join(', ');
}
