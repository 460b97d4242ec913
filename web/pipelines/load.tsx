/** How busy a pipeline is: what runs of what may, and what waits of what may. */
import type { PipelineOverview } from '../api/types.js';
import { toJobs } from '../app/route.js';
import { Glyph } from '../parts/glyph.js';

export function Load({ pipeline }: { pipeline: PipelineOverview }) {
  const { runningJobs, concurrency, waitingJobs, queueLimit } = pipeline;
  return (
    <span className="load">
      {runningJobs === 0 ? (
        <span className="load-idle">Idle</span>
      ) : (
        <a className="status is-running" href={toJobs({ pipeline: pipeline.pipeline, status: 'running' })}>
          <Glyph name="running" />
          {runningJobs} <span className="of">of {concurrency}</span> running
        </a>
      )}
      {waitingJobs === 0 ? null : (
        <a className="status is-waiting" href={toJobs({ pipeline: pipeline.pipeline, status: 'waiting' })}>
          <Glyph name="waiting" />
          {waitingJobs} {queueLimit === undefined ? null : <span className="of">of {queueLimit} </span>}
          waiting
        </a>
      )}
    </span>
  );
}
