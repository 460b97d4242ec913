/** All pipelines: how each is doing, how it has been doing, and a way to start it. */
import { useQuery } from '@tanstack/react-query';
import { useCallback, useState } from 'react';
import type { PipelineOverview } from '../api/types.js';
import { pollUnless, useJobsLive } from '../app/live.js';
import { overview } from '../app/queries.js';
import { Empty, Failure, Loading } from '../parts/states.js';
import { useTitle } from '../parts/title.js';
import { PipelineRow } from './pipeline-row.js';
import { StartDialog } from './start-dialog.js';

/** Fewer are found by looking. */
const MANY = 12;

export function PipelinesPage() {
  useTitle('Pipelines');
  const live = useJobsLive();
  const { data, error, refetch } = useQuery({ ...overview, refetchInterval: pollUnless(live) });
  return (
    <>
      <h1>Pipelines</h1>
      {data !== undefined ? (
        <List pipelines={data} />
      ) : error !== null ? (
        <Failure error={error} what="the pipelines" again={() => void refetch()} />
      ) : (
        <Loading what="the pipelines" />
      )}
    </>
  );
}

function List({ pipelines }: { pipelines: readonly PipelineOverview[] }) {
  const [wanted, setWanted] = useState('');
  const [starting, setStarting] = useState<string | null>(null);
  const onStart = useCallback((name: string) => {
    setStarting(name);
  }, []);
  if (pipelines.length === 0) {
    return (
      <Empty title="No pipelines yet">
        <p>
          Write a <code>pipelines.yml</code> where the service looks for it (<code>HOLDFAST_PATH</code>), and
          have it read again with SIGUSR1 or a restart. Or your token allows you to see none.
        </p>
      </Empty>
    );
  }
  const shown = pipelines.filter(({ pipeline }) => pipeline.toLowerCase().includes(wanted.toLowerCase()));
  return (
    <>
      {pipelines.length < MANY ? null : (
        <input
          type="search"
          className="pipelines-filter"
          placeholder={`Find among ${pipelines.length}`}
          aria-label="Find a pipeline"
          value={wanted}
          onChange={(event) => {
            setWanted(event.target.value);
          }}
        />
      )}
      {shown.length === 0 ? <p className="hint">None is called so.</p> : null}
      <ul className="pipelines card">
        {shown.map((pipeline) => (
          <PipelineRow key={pipeline.pipeline} pipeline={pipeline} onStart={onStart} />
        ))}
      </ul>
      {starting === null ? null : (
        <StartDialog
          pipeline={starting}
          onClose={() => {
            setStarting(null);
          }}
        />
      )}
    </>
  );
}
