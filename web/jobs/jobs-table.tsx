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
      <table>
        <thead>
          <tr>
            <th scope="col">Status</th>
            {ofOnePipeline ? null : <th scope="col">Pipeline</th>}
            <th scope="col">Job</th>
            <th scope="col">Tasks</th>
            <th scope="col">Variables</th>
            <th scope="col">By</th>
            <th scope="col">Created</th>
            <th scope="col">Took</th>
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
    <tr>
      <td className="job-status">
        <Status status={job.status} />
      </td>
      {ofOnePipeline ? null : (
        <td className="job-pipeline">
          <a href={toPipeline(job.pipeline)}>{job.pipeline}</a>
        </td>
      )}
      <td className="job-id">
        <a href={toJob(job.id)} aria-label={`Job ${job.id} of ${job.pipeline}`}>
          {job.id.slice(0, 8)}
        </a>
      </td>
      <td className="job-tasks">
        <TaskBar tasks={job.tasks} />
      </td>
      <td className="job-variables">
        {job.lastError === undefined ? (
          <VariablesLine variables={job.variables} truncated={job.variablesTruncated} />
        ) : (
          <>
            <span className="job-error">{job.lastError}</span>{' '}
            <VariablesLine variables={job.variables} truncated={job.variablesTruncated} />
          </>
        )}
      </td>
      <td className="job-user">{job.user}</td>
      <td className="job-created">
        <When at={job.created} />
      </td>
      <td className="job-took">
        <Took start={job.start} end={job.end} />
      </td>
    </tr>
  );
});
