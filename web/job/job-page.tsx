/** One job: how far it is, its tasks as a graph and along time, its output, and what can be done about it. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { isFinished, type Job, type Task } from '../api/types.js';
import { POLL_MS, useJobLive } from '../app/live.js';
import { job as jobQuery, overview } from '../app/queries.js';
import { go, toJob } from '../app/route.js';
import { useNow } from '../parts/now.js';
import { Failure, Loading } from '../parts/states.js';
import { WORDS } from '../parts/status.js';
import { duration, secondsBetween } from '../parts/time.js';
import { useTitle } from '../parts/title.js';
import { criticalPath } from './critical-path.js';
import { JobHead } from './job-head.js';
import { taskToShow } from './select-task.js';
import { Timeline } from './timeline.js';
import { VariablesTable } from './variables-table.js';

const TaskGraph = lazy(() => import('./task-graph.js'));
const OutputPanel = lazy(() => import('../output/output-panel.js'));

export default function JobPage({ id, query }: { id: string; query: URLSearchParams }) {
  const before = useQueryClient().getQueryData(jobQuery(id).queryKey);
  const live = useJobLive(id, before !== undefined && isFinished(before.status));
  const found = useQuery({ ...jobQuery(id), refetchInterval: ({ state }) => pollFor(state.data, live) });
  const { data: job, error } = found;
  useTitle(job === undefined ? 'Job' : `${job.pipeline}: ${WORDS[job.status].toLowerCase()}`);
  if (job !== undefined) return <Shown job={job} query={query} />;
  if (error !== null)
    return <Failure error={error} what="the job" isPage again={() => void found.refetch()} />;
  return <Loading what="the job" />;
}

const pollFor = (job: Job | undefined, live: boolean) =>
  live || job === undefined || isFinished(job.status) ? false : POLL_MS / 2;

function Shown({ job, query }: { job: Job; query: URLSearchParams }) {
  const over = isFinished(job.status);
  const now = useNow(over ? null : 1000);
  // What was carried over took none of its time.
  const critical = criticalPath(
    job.tasks.filter(({ carriedOver }) => carriedOver !== true),
    now,
  );
  const usual = useQuery({ ...overview, enabled: !over, staleTime: 60_000 });
  const task = taskToShow(job.tasks, query.get('task'));
  const onSelect = (name: string) => {
    go(toJob(job.id, { task: name }), { replace: true });
  };
  const medians = usual.data?.find(({ pipeline }) => pipeline === job.pipeline)?.usual.tasks ?? {};
  return (
    <div className="job-columns">
      <div className="job-column">
        <JobHead job={job} usual={medians} now={now} />
        {job.tasks.length === 0 ? (
          <p className="hint">It has no tasks.</p>
        ) : (
          <>
            <section className="card" aria-labelledby="graph-title">
              <h2 id="graph-title">Tasks</h2>
              <Suspense fallback={<Loading what="the graph" />}>
                <TaskGraph
                  tasks={job.tasks.map((one) => ({ ...one, note: noteOf(one, now) }))}
                  selected={task?.name ?? null}
                  critical={critical.size > 1 ? critical : NONE}
                  onSelect={onSelect}
                />
              </Suspense>
            </section>
            <section className="card" aria-labelledby="timeline-title">
              <h2 id="timeline-title">Timeline</h2>
              <Timeline
                job={job}
                now={now}
                critical={critical.size > 1 ? critical : NONE}
                selected={task?.name ?? null}
                onSelect={onSelect}
              />
            </section>
          </>
        )}
        <VariablesTable pipeline={job.pipeline} variables={job.variables ?? {}} />
      </div>
      {task === null ? null : (
        <Suspense fallback={<Loading what="the output" />}>
          <OutputPanel
            // The last attempt is another one once it has failed and is tried again.
            key={JSON.stringify([task.name, task.attempts?.length])}
            jobId={job.id}
            task={task}
            wanted={query.get('attempt')}
          />
        </Suspense>
      )}
    </div>
  );
}

/** One task alone decides nothing. */
const NONE: ReadonlySet<string> = new Set();

function noteOf({ start, end, status, attempts, error, exitCode }: Task, now: number): string | undefined {
  const tries = attempts === undefined ? '' : ` ×${attempts.length + 1}`;
  if (start === null) return attempts === undefined ? undefined : 'tries again';
  const took = duration(secondsBetween(start, end ?? now));
  const isCode =
    status === 'error' ? error?.startsWith('exit status') === true : status === 'done' && exitCode > 0;
  return `${took}${isCode ? `, exit ${exitCode}` : tries}`;
}
