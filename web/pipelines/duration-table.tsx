/** The plot in numbers, for who cannot see it or point at it. */
import { useState } from 'react';
import type { PastJob } from '../api/types.js';
import { toJob } from '../app/route.js';
import { Status } from '../parts/status.js';
import { Took, When } from '../parts/when.js';

export function DurationTable({ jobs }: { jobs: readonly PastJob[] }) {
  const [open, setOpen] = useState(false);
  return (
    <details
      className="plot-table"
      onToggle={(event) => {
        setOpen(event.currentTarget.open);
      }}
    >
      <summary>As a table</summary>
      {!open ? null : (
        <table>
          <thead>
            <tr>
              <th scope="col">Created</th>
              <th scope="col">Took</th>
              <th scope="col">Outcome</th>
            </tr>
          </thead>
          <tbody>
            {jobs.map((job) => (
              <tr key={job.id}>
                <td>
                  <a href={toJob(job.id)}>
                    <When at={job.created} />
                  </a>
                </td>
                <td>
                  <Took {...job} />
                </td>
                <td>
                  <Status status={job.status} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </details>
  );
}
