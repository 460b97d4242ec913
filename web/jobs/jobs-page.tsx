/** All jobs, the newest first, by filters that are part of the address and so can be shared. */
import { useEffect } from 'react';
import { pollUnless, useJobsLive } from '../app/live.js';
import { go, toJobs, toPipelines } from '../app/route.js';
import { Empty, Failure, Loading } from '../parts/states.js';
import { useTitle } from '../parts/title.js';
import { FilterBar } from './filter-bar.js';
import { filtersOf, isFiltered, misunderstood, paramsOf, queryOf } from './filters.js';
import { JobsTable } from './jobs-table.js';
import { useJobs } from './use-jobs.js';

/** A page of a search may be empty, as it is of so many that were looked at; so many of them are passed over unasked. */
const MOST_EMPTY = 20;

export default function JobsPage({ query }: { query: URLSearchParams }) {
  const filters = filtersOf(query);
  useTitle(filters.pipeline === '' ? 'Jobs' : `Jobs of ${filters.pipeline}`);
  const live = useJobsLive();
  const found = useJobs({ ...queryOf(filters), limit: 50 }, pollUnless(live));
  const { jobs, error, isPending, hasMore, isLoadingMore, more, pages } = found;
  const looksOn = jobs.length === 0 && hasMore && pages < MOST_EMPTY && error === null;
  useEffect(() => {
    if (looksOn && !isLoadingMore) more();
  });
  return (
    <>
      <h1>Jobs</h1>
      <FilterBar
        filters={filters}
        onChange={(next) => {
          go(toJobs(paramsOf(next)), { replace: true });
        }}
      />
      <PassedOver wrong={misunderstood(query)} />
      {isPending ? (
        <Loading what="the jobs" />
      ) : error !== null && jobs.length === 0 ? (
        <Failure error={error} what="the jobs" again={found.refetch} />
      ) : jobs.length > 0 ? (
        <JobsTable jobs={jobs} stale={found.isStale} />
      ) : hasMore ? null : isFiltered(filters) ? (
        <Empty title="No job fits">
          <p>Nothing that is kept has all of this. Take a filter away to see more.</p>
        </Empty>
      ) : (
        <Empty title="No jobs yet">
          <p>
            Start one of the <a href={toPipelines()}>pipelines</a>, and it will be here.
          </p>
        </Empty>
      )}
      {hasMore ? (
        <More
          nothingYet={jobs.length === 0}
          loading={isLoadingMore || looksOn}
          failed={error !== null}
          onMore={more}
        />
      ) : null}
    </>
  );
}

/** Of the address. */
function PassedOver({ wrong }: { wrong: readonly string[] }) {
  return (
    <div role="status">
      {wrong.length === 0 ? null : (
        <p className="passed-over">{wrong.map((one) => `${one}. `)}Jobs are listed without it.</p>
      )}
    </div>
  );
}

interface MoreProps {
  readonly nothingYet: boolean;
  readonly loading: boolean;
  readonly failed: boolean;
  readonly onMore: () => void;
}

function More({ nothingYet, loading, failed, onMore }: MoreProps) {
  return (
    <p className="more">
      {nothingYet ? <span>Nothing found among the newest. </span> : null}
      {failed ? <span className="wrong">That did not work. </span> : null}
      <button type="button" className="button" disabled={loading} onClick={onMore}>
        {loading ? 'Looking…' : nothingYet ? 'Look further back' : 'Older jobs'}
      </button>
    </p>
  );
}
