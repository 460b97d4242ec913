/** How far a running job is, and how long it will take if it takes as long as usual. */
import type { Job } from '../api/types.js';
import { roughly } from '../parts/time.js';
import { progressOf } from './progress.js';

interface Props {
  readonly job: Job;
  readonly usual: Readonly<Record<string, number>>;
  readonly now: number;
}

export function ProgressLine({ job, usual, now }: Props) {
  const { ended, done, total, secondsLeft, fraction } = progressOf(job, usual, now);
  const left =
    secondsLeft === null
      ? ''
      : secondsLeft === 0
        ? 'longer than usual'
        : `${roughly(secondsLeft)} left, if as usual`;
  const tasks = `${ended} of ${total} tasks ended${done === ended ? '' : `, ${done} of them done`}`;
  const percent = Math.round(fraction * 100);
  return (
    <div className="progress">
      <div
        className="progress-track"
        role="progressbar"
        aria-label="Progress of the job"
        aria-valuenow={percent}
        aria-valuetext={left === '' ? tasks : `${tasks}, ${left}`}
      >
        <i style={{ '--share': `${percent}%` }} />
      </div>
      <span>
        {tasks}
        {left === '' ? null : <span className="quiet"> · {left}</span>}
      </span>
    </div>
  );
}
