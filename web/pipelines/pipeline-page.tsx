/** One pipeline: how long its jobs took, what it consists of, and its last jobs. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { PipelineOverview } from '../api/types.js';
import { pollUnless, useJobsLive } from '../app/live.js';
import { durations, overview } from '../app/queries.js';
import { toJobs, toPipelines } from '../app/route.js';
import { TaskGraphSection } from '../job/task-graph-section.js';
import { JobsTable } from '../jobs/jobs-table.js';
import { useJobs } from '../jobs/use-jobs.js';
import { ActionButton } from '../parts/action-button.js';
import { Empty, Failure, Loading } from '../parts/states.js';
import { duration } from '../parts/time.js';
import { useTitle } from '../parts/title.js';
import { DurationPlot } from './duration-plot.js';
import { DurationTable } from './duration-table.js';
import { Load } from './load.js';
import { StartDialog } from './start-dialog.js';

export default function PipelinePage({ name }: { name: string }) {
  useTitle(name);
  const live = useJobsLive();
  const refetchInterval = pollUnless(live);
  const { data, error, refetch } = useQuery({ ...overview, refetchInterval });
  const found = data?.find(({ pipeline }) => pipeline === name);
  if (data === undefined && error !== null)
    return <Failure error={error} what="the pipeline" isPage again={() => void refetch()} />;
  if (data === undefined) return <Loading what="the pipeline" />;
  if (found === undefined) return <Undefined name={name} refetchInterval={refetchInterval} />;
  return (
    <>
      <Crumbs />
      <Head pipeline={found} />
      <Durations name={name} refetchInterval={refetchInterval} />
      {found.tasks.length === 0 ? null : <TaskGraphSection tasks={found.tasks} />}
      <LastJobs name={name} refetchInterval={refetchInterval} />
    </>
  );
}

const Crumbs = () => (
  <p className="crumbs">
    <a href={toPipelines()}>Pipelines</a>
  </p>
);

interface PartProps {
  readonly name: string;
  readonly refetchInterval: number | false;
}

/** Whether there has been one is told by its jobs. */
function Undefined({ name, refetchInterval }: PartProps) {
  const { jobs, isPending, error } = useLastJobs(name, refetchInterval);
  if (isPending) return <Loading what="the pipeline" />;
  if (jobs.length === 0 && error === null) return <Unknown name={name} />;
  return (
    <>
      <Crumbs />
      <h1>{name}</h1>
      <p className="hint">It is in no pipelines.yml any more; its jobs are kept for a while.</p>
      <Durations name={name} refetchInterval={refetchInterval} />
      <LastJobs name={name} refetchInterval={refetchInterval} />
    </>
  );
}

function Unknown({ name }: { name: string }) {
  return (
    <div className="state">
      <h1>There is no pipeline “{name}”</h1>
      <p>
        Nor is any job of one kept. These are <a href={toPipelines()}>the pipelines</a> that there are.
      </p>
    </div>
  );
}

function Head({ pipeline }: { pipeline: PipelineOverview }) {
  const [starting, setStarting] = useState(false);
  const { pipeline: name, schedulable, usual } = pipeline;
  return (
    <div className="page-head">
      <div>
        <h1>{name}</h1>
        <p className="page-facts">
          <Load pipeline={pipeline} />
          {usual.jobSeconds === null ? null : <span>usually {duration(usual.jobSeconds)}</span>}
        </p>
      </div>
      <ActionButton
        needs="schedule"
        className="button button-main"
        disabled={!schedulable}
        onClick={() => {
          setStarting(true);
        }}
      >
        {schedulable ? 'Start…' : 'Wait list full'}
      </ActionButton>
      {starting ? (
        <StartDialog
          pipeline={name}
          onClose={() => {
            setStarting(false);
          }}
        />
      ) : null}
    </div>
  );
}

function Durations({ name, refetchInterval }: PartProps) {
  const { data, error, refetch } = useQuery({ ...durations(name), refetchInterval });
  return (
    <section className="card" aria-labelledby="durations-title">
      <h2 id="durations-title">Durations</h2>
      {data === undefined ? (
        error === null ? (
          <Loading what="the durations" />
        ) : (
          <Failure error={error} what="the durations" again={() => void refetch()} />
        )
      ) : data.length === 0 ? (
        <p className="hint">No job of it has ended yet.</p>
      ) : (
        <>
          <DurationPlot jobs={data} />
          <DurationTable jobs={data} />
        </>
      )}
    </section>
  );
}

const useLastJobs = (name: string, refetchInterval: number | false) =>
  useJobs({ pipeline: name, limit: 10 }, refetchInterval);

function LastJobs({ name, refetchInterval }: PartProps) {
  const { jobs, error, isPending, refetch } = useLastJobs(name, refetchInterval);
  return (
    <section aria-labelledby="jobs-title">
      <div className="section-head">
        <h2 id="jobs-title">Last jobs</h2>
        <a href={toJobs({ pipeline: name })}>All jobs of {name}</a>
      </div>
      {isPending ? (
        <Loading what="the jobs" />
      ) : error !== null && jobs.length === 0 ? (
        <Failure error={error} what="the jobs" again={refetch} />
      ) : jobs.length === 0 ? (
        <Empty title="It has never run" />
      ) : (
        <JobsTable jobs={jobs} ofOnePipeline />
      )}
    </section>
  );
}
