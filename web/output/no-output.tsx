/** Why there is nothing to read. */
import type { Task } from '../api/types.js';
import type { OutputFeed } from './output-feed.js';

export function NoOutput({ task, feed }: { task: Task; feed: OutputFeed }) {
  return (
    <div className="output-nothing" role="status">
      {reasonOf(task, feed)}
    </div>
  );
}

function reasonOf({ status, start }: Task, { state, error }: OutputFeed): string {
  if (state === 'failed') return error?.message ?? 'It could not be loaded.';
  switch (status) {
    case 'waiting':
      return 'It has not begun. What it prints will be here.';
    case 'skipped':
      return 'It did not run, because something that it depends on failed.';
    case 'running':
      return state === 'loading' ? 'Loading…' : 'It has printed nothing yet.';
    case 'canceled':
      if (start === null) return 'It did not run: the job was canceled.';
      break;
    case 'done':
    case 'error':
      break;
  }
  return state === 'loading' || state === 'broken' ? 'Loading…' : 'It printed nothing.';
}
