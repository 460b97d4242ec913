/** A pipeline in the list. */
import { memo } from 'react';
import type { PipelineOverview } from '../api/types.js';
import { toJob, toPipeline } from '../app/route.js';
import { ActionButton } from '../parts/action-button.js';
import { Status } from '../parts/status.js';
import { duration } from '../parts/time.js';
import { When } from '../parts/when.js';
import { Load } from './load.js';
import { Sparkline } from './sparkline.js';

interface Props {
  readonly pipeline: PipelineOverview;
  readonly onStart: (name: string) => void;
}

export const PipelineRow = memo(function PipelineRow({ pipeline, onStart }: Props) {
  const { pipeline: name, schedulable, last, usual } = pipeline;
  const [latest] = last;
  return (
    <li className="pipeline-row">
      <div className="pipeline-name">
        <a href={toPipeline(name)}>{name}</a>
        <Load pipeline={pipeline} />
      </div>
      <Sparkline jobs={last} />
      <div className="pipeline-last">
        {latest === undefined ? (
          <span className="none">Never run</span>
        ) : (
          <>
            <a href={toJob(latest.id)}>
              <Status status={latest.status} />
            </a>
            <span className="quiet">
              <When at={latest.end ?? latest.start ?? latest.created} />
            </span>
          </>
        )}
      </div>
      <div className="pipeline-usual">
        {usual.jobSeconds === null ? null : (
          <span title="The median of the last ones that were done">
            <span className="quiet">usually</span> {duration(usual.jobSeconds)}
          </span>
        )}
      </div>
      <ActionButton
        needs="schedule"
        disabled={!schedulable}
        label={schedulable ? `Start ${name}` : `${name}: the wait list is full`}
        onClick={() => {
          onStart(name);
        }}
      >
        {schedulable ? 'Start' : 'Full'}
      </ActionButton>
    </li>
  );
});
