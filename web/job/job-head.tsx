/** What a job is, how it is doing, and what can be done about it. */
import { isFinished, type Job } from '../api/types.js';
import { toJob, toJobs, toPipeline, toPipelines } from '../app/route.js';
import { Status, WORDS } from '../parts/status.js';
import { Took, When } from '../parts/when.js';
import { isHandler } from './graph-shape.js';
import { JobActions } from './job-actions.js';
import { ProgressLine } from './progress-line.js';

interface Props {
  readonly job: Job;
  readonly usual: Readonly<Record<string, number>>;
  readonly now: number;
}

export function JobHead({ job, usual, now }: Props) {
  return (
    <header className="job-head">
      <p className="crumbs">
        <a href={toPipelines()}>Pipelines</a>
        <a href={toPipeline(job.pipeline)}>{job.pipeline}</a>
      </p>
      <div className="page-head">
        <div>
          <h1>
            {job.pipeline} <span className="job-head-id">{job.id}</span>
          </h1>
          <p className="page-facts">
            <Status status={job.status} />
            <span className="visually-hidden" role="status">
              The job is {WORDS[job.status].toLowerCase()}
            </span>
            {job.start === null ? null : (
              <span>
                {job.end === null ? 'for ' : 'in '}
                <Took start={job.start} end={job.end} />
              </span>
            )}
            <span>
              scheduled{job.user === '' ? '' : ' by '}
              {job.user === '' ? null : <a href={toJobs({ user: job.user })}>{job.user}</a>}{' '}
              <When at={job.created} />
            </span>
            <Waited job={job} />
            <Links job={job} />
          </p>
        </div>
        <JobActions job={job} />
      </div>
      {isFinished(job.status) || job.status === 'waiting' ? null : (
        <ProgressLine job={job} usual={usual} now={now} />
      )}
      {job.lastError === undefined ? null : <LastError job={job} message={job.lastError} />}
    </header>
  );
}

function LastError({ job: { tasks }, message }: { job: Job; message: string }) {
  const failed = tasks.findLast((task) => task.error === message && !isHandler(task));
  return (
    <p className="job-last-error">
      {failed === undefined ? null : <strong>{failed.name}: </strong>}
      {message}
    </p>
  );
}

function Waited({ job }: { job: Job }) {
  if (job.status === 'waiting') {
    return (
      <span>
        {job.queuePosition === undefined
          ? 'in the wait list'
          : `number ${job.queuePosition} in the wait list`}
        {job.queuePartition === undefined ? '' : ` (${job.queuePartition})`}
      </span>
    );
  }
  if (job.start === null || Date.parse(job.start) - Date.parse(job.created) < 2000) return null;
  return (
    <span>
      waited <Took start={job.created} end={job.start} />
    </span>
  );
}

function Links({ job: { rerunOf, reruns = [] } }: { job: Job }) {
  return (
    <>
      {rerunOf === undefined ? null : (
        <span>
          again from <a href={toJob(rerunOf)}>{rerunOf.slice(0, 8)}</a>
        </span>
      )}
      {reruns.length === 0 ? null : (
        <span>
          run again as{' '}
          {reruns.map((id, index) => (
            <span key={id}>
              {index === 0 ? '' : ', '}
              <a href={toJob(id)}>{id.slice(0, 8)}</a>
            </span>
          ))}
        </span>
      )}
    </>
  );
}
