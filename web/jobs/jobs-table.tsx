/** Jobs, one a line; on a narrow screen, one a card. */
import { memo } from 'react';
import type { JobSummary } from '../api/types.js';
import { toJob, toPipeline } from '../app/route.js';
import { Status } from '../parts/status.js';
import { Took, When } from '../parts/when.js';
import { TaskBar } from './task-bar.js';
import { VariablesLine } from './variables-line.js';

interface Props {
  readonly jobs: readonly JobSummary[];
  readonly ofOnePipeline?: boolean;
  /** It is not yet what is asked for. */
  readonly stale?: boolean;
}

export function JobsTable({ jobs, ofOnePipeline = false, stale = false }: Props) {
  return (
    <div className={stale ? 'jobs card is-stale' : 'jobs card'}>
      {/* Said in so many words, because a narrow screen shows its parts as something else. */}
      <table role="table">
        <thead>
          <tr role="row">
            <th scope="col" role="columnheader">
              Status
            </th>
            {ofOnePipeline ? null : (
              <th scope="col" role="columnheader">
                Pipeline
              </th>
            )}
            <th scope="col" role="columnheader">
              Job
            </th>
            <th scope="col" role="columnheader">
              Tasks
            </th>
            <th scope="col" role="columnheader">
              Variables
            </th>
            <th scope="col" role="columnheader">
              By
            </th>
            <th scope="col" role="columnheader">
              Created
            </th>
            <th scope="col" role="columnheader">
              Took
            </th>
          </tr>
        </thead>
        <tbody>
          {jobs.map((job) => (
            <Row key={job.id} job={job} ofOnePipeline={ofOnePipeline} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The same summary is the same line: pages are compared by TanStack Query, which keeps what has not changed. */
const Row = memo(function Row({ job, ofOnePipeline }: { job: JobSummary; ofOnePipeline: boolean }) {
  return (
    <tr role="row">
      <td role="cell" className="job-status">
        <Status status={job.status} />
      </td>
      {ofOnePipeline ? null : (
        <td role="cell" className="job-pipeline">
          <a href={toPipeline(job.pipeline)}>{job.pipeline}</a>
        </td>
      )}
      <td role="cell" className="job-id">
        <a href={toJob(job.id)} aria-label={`Job ${job.id} of ${job.pipeline}`}>
          {job.id.slice(0, 8)}
        </a>
      </td>
      <td role="cell" className="job-tasks">
        <TaskBar tasks={job.tasks} />
      </td>
      <td role="cell" className="job-variables">
        {job.lastError === undefined ? (
          <VariablesLine variables={job.variables} truncated={job.variablesTruncated} />
        ) : (
          <>
            <span className="job-error">{job.lastError}</span>{' '}
            <VariablesLine variables={job.variables} truncated={job.variablesTruncated} />
          </>
        )}
      </td>
      <td role="cell" className="job-user">
        {job.user}
      </td>
      <td role="cell" className="job-created">
        <When at={job.created} />
      </td>
      <td role="cell" className="job-took">
        <Took start={job.start} end={job.end} />
      </td>
    </tr>
  );
});
