/** Shows what the tasks that have failed wrote last. */
import { type Job, type Stream, STREAMS, type Task } from '../ask/answers.js';
import { readPart } from '../ask/raw.js';
import { Failure } from '../exit.js';
import type { Context } from './context.js';

const LINES = 20;
const BYTES = 16 * 1024;
/** Of more tasks it is not shown: what failed them may be the same. */
const TASKS = 3;

export async function tellWhatFailed(context: Context, { id, tasks }: Job): Promise<void> {
  for (const task of tasks.filter(({ status }) => status === 'error').slice(0, TASKS)) {
    for (const stream of STREAMS) {
      try {
        await tellLast(context, id, task, stream);
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        // The job has failed all the same, and that is what the program says in the end.
        context.note(`the output of ${task.name} cannot be read: ${error.message}`);
      }
    }
  }
}

async function tellLast({ service, out }: Context, id: string, task: Task, stream: Stream): Promise<void> {
  const output = { id, task: task.name, stream };
  const { bytes, isCut } = await readPart(service, output, `bytes=-${BYTES}`);
  const lines = bytes.toString().replace(/\n$/, '').split('\n');
  // What it begins with is the end of a line.
  if (isCut && lines.length > 1) lines.shift();
  const last = lines.slice(-LINES);
  if (bytes.length === 0) return;
  const which = isCut || last.length < lines.length ? `, the last ${last.length} lines` : '';
  await out.line(out.paint('bold', `\n${out.name(task.name)} wrote to ${stream}${which}:`));
  await out.foreign(`${last.join('\n')}\n`);
  await out.endForeign();
}
