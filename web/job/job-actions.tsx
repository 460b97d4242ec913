/** Cancel, re-run, and start one like it; what cannot be undone is asked about first. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { cancelJob, rerunJob } from '../api/calls.js';
import { isFinished, type Job } from '../api/types.js';
import { go, toJob } from '../app/route.js';
import { ActionButton } from '../parts/action-button.js';
import { unique } from '../parts/unique.js';
import { StartDialog } from '../pipelines/start-dialog.js';
import { Confirm } from '../parts/confirm.js';
import { type CancelWords, cancelWords } from './cancel-words.js';

type Asked = 'cancel' | 'rerun' | 'rerun-failed' | 'like';

export function JobActions({ job }: { job: Job }) {
  const [asked, setAsked] = useState<Asked | null>(null);
  const close = () => {
    setAsked(null);
  };
  const open = (what: Asked) => () => {
    setAsked(what);
  };
  const done = job.tasks.filter(({ status }) => status === 'done').length;
  const { button, question } = cancelWords(job);
  return (
    <div className="page-actions">
      {isFinished(job.status) ? (
        <>
          {done === 0 || job.status === 'done' ? null : (
            <ActionButton needs="schedule" className="button button-main" onClick={open('rerun-failed')}>
              Re-run from failed…
            </ActionButton>
          )}
          <ActionButton needs="schedule" onClick={open('rerun')}>
            Re-run…
          </ActionButton>
        </>
      ) : (
        <ActionButton
          needs="cancel"
          className="button button-danger"
          disabled={question === null}
          onClick={open('cancel')}
        >
          {button}
        </ActionButton>
      )}
      <ActionButton needs="schedule" onClick={open('like')}>
        Start another…
      </ActionButton>
      {asked === 'cancel' && question !== null ? (
        <Cancel job={job} question={question} onClose={close} />
      ) : null}
      {asked === 'rerun' ? <Rerun job={job} from={null} done={done} onClose={close} /> : null}
      {asked === 'rerun-failed' ? <Rerun job={job} from="failed" done={done} onClose={close} /> : null}
      {asked === 'like' ? (
        <StartDialog
          pipeline={job.pipeline}
          like={{ variables: job.variables ?? {}, queuePartition: job.queuePartition ?? '' }}
          onClose={close}
        />
      ) : null}
    </div>
  );
}

interface CancelProps {
  readonly job: Job;
  readonly question: NonNullable<CancelWords['question']>;
  readonly onClose: () => void;
}

function Cancel({ job, question, onClose }: CancelProps) {
  const queries = useQueryClient();
  const cancel = useMutation({
    mutationFn: () => cancelJob(job.id),
    onSuccess: () => {
      onClose();
      void queries.invalidateQueries({ queryKey: ['job', job.id] });
    },
  });
  return (
    <Confirm
      title={question.title}
      yes={question.yes}
      no="Let it be"
      danger
      pending={cancel.isPending}
      error={cancel.error}
      onYes={() => {
        cancel.mutate();
      }}
      onClose={onClose}
    >
      {question.text}
    </Confirm>
  );
}

interface RerunProps {
  readonly job: Job;
  readonly from: 'failed' | null;
  readonly done: number;
  readonly onClose: () => void;
}

function Rerun({ job, from, done, onClose }: RerunProps) {
  const [key] = useState(unique);
  const queries = useQueryClient();
  const rerun = useMutation({
    mutationFn: () => rerunJob(job.id, from, key),
    onSuccess: ({ jobId }) => {
      onClose();
      // It says by which job it is run again.
      void queries.invalidateQueries({ queryKey: ['job', job.id], refetchType: 'none' });
      go(toJob(jobId));
    },
  });
  const what =
    from === 'failed'
      ? `A new job takes over the ${done === 1 ? 'task that is' : `${done} tasks that are`} done, and runs the others.`
      : 'A new job runs all of its tasks.';
  return (
    <Confirm
      title={from === 'failed' ? 'Re-run from where it failed?' : 'Re-run all of it?'}
      yes="Re-run"
      no="Not now"
      pending={rerun.isPending}
      error={rerun.error}
      onYes={() => {
        rerun.mutate();
      }}
      onClose={onClose}
    >
      {what} It has the same definition and variables as this one.
    </Confirm>
  );
}
