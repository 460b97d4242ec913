/** What a cancel would do to a job as it is now: to its tasks, or to the handlers that run after them. */
import type { Job } from '../api/types.js';

export interface CancelWords {
  /** On the button. */
  readonly button: string;
  /** null: there is nothing left to cancel. */
  readonly question: { readonly title: string; readonly yes: string; readonly text: string } | null;
}

export function cancelWords({ canceled, tasks }: Pick<Job, 'canceled' | 'tasks'>): CancelWords {
  const handler = tasks.find(
    ({ name, status }) =>
      (name === 'on_cancel' || name === 'finally') && (status === 'waiting' || status === 'running'),
  );
  if (handler !== undefined && canceled) {
    const title = `Cancel ${handler.name}, too?`;
    const text = `The job is canceled already. Its ${handler.name} is ended, and no handler follows.`;
    return { button: `Cancel ${handler.name}…`, question: { title, yes: `Cancel ${handler.name}`, text } };
  }
  if (canceled) return { button: 'Canceling…', question: null };
  const title = 'Cancel this job?';
  return {
    button: 'Cancel…',
    question: { title, yes: 'Cancel the job', text: textOf(tasks, handler?.name) },
  };
}

function textOf(tasks: Job['tasks'], handler: string | undefined): string {
  if (handler !== undefined)
    return `The job ends as canceled once its ${handler} has ended. Cancel it again to end ${handler}, too.`;
  const running = tasks.filter(({ status }) => status === 'running').length;
  if (running === 0) return 'It will not run any of its tasks.';
  return `${running === 1 ? 'The task that runs is' : `The ${running} tasks that run are`} ended, and the others do not begin.`;
}
