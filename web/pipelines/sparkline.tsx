/** The last outcomes of a pipeline: a bar each, as high as it took long. */
import type { JobStatus, PastJob } from '../api/types.js';
import { toJob } from '../app/route.js';
import { WORDS } from '../parts/status.js';
import { duration, exact } from '../parts/time.js';

const SLOTS = 20;
/** A bar that is not high must still be there. */
const LEAST_PERCENT = 16;

export function Sparkline({ jobs }: { jobs: readonly PastJob[] }) {
  const shown = jobs.slice(0, SLOTS);
  const longest = Math.max(0.001, ...shown.map(({ seconds }) => seconds ?? 0));
  return (
    <div className="spark">
      <span className="visually-hidden">{inWords(shown)}</span>
      <div className="spark-bars" aria-hidden="true">
        {Array.from({ length: SLOTS - shown.length }, (_, index) => (
          <i key={index} />
        ))}
        {[...shown].reverse().map((job) => (
          <a
            key={job.id}
            href={toJob(job.id)}
            tabIndex={-1}
            className={`is-${job.status}`}
            title={titleOf(job)}
            style={{
              '--height': `${LEAST_PERCENT + (100 - LEAST_PERCENT) * ((job.seconds ?? longest) / longest)}%`,
            }}
          />
        ))}
      </div>
    </div>
  );
}

function titleOf(job: PastJob): string {
  const took = job.seconds === null ? '' : `, ${duration(job.seconds)}`;
  return `${WORDS[job.status]}${took}, ${exact(Date.parse(job.created))}`;
}

function inWords(jobs: readonly PastJob[]): string {
  if (jobs.length === 0) return 'No outcomes yet';
  const counts = new Map<JobStatus, number>();
  for (const { status } of jobs) counts.set(status, (counts.get(status) ?? 0) + 1);
  const parts = [...counts].map(([status, count]) => `${count} ${WORDS[status].toLowerCase()}`);
  return jobs.length === 1
    ? `The last one: ${parts.join()}`
    : `Of the last ${jobs.length}: ${parts.join(', ')}`;
}
