/** How a job or a task is doing: a shape, a colour and a word, so that none of them has to do it alone. */
import type { TaskStatus } from '../api/types.js';
import { Glyph } from './glyph.js';

export const WORDS: Readonly<Record<TaskStatus, string>> = {
  waiting: 'Waiting',
  running: 'Running',
  done: 'Done',
  error: 'Failed',
  canceled: 'Canceled',
  skipped: 'Skipped',
};

export function Status({ status }: { status: TaskStatus }) {
  return (
    <span className={`status is-${status}`}>
      <Glyph name={status} />
      {WORDS[status]}
    </span>
  );
}
