/** How long the last jobs of a pipeline took, one after the other. */
import { useState } from 'react';
import type { PastJob } from '../api/types.js';
import { go, toJob } from '../app/route.js';
import { WORDS } from '../parts/status.js';
import { duration, exact } from '../parts/time.js';
import { useRelative } from '../parts/when.js';
import { useWidth } from '../parts/use-width.js';
import { median, scaleFor, tickText } from './scale.js';

const HEIGHT = 190;
const LEFT = 62;
const RIGHT = 12;
const TOP = 12;
const BOTTOM = 26;

interface Point {
  readonly job: PastJob;
  readonly seconds: number;
  readonly x: number;
  readonly y: number;
}

/** Newest first, as the API has them. */
export function DurationPlot({ jobs }: { jobs: readonly PastJob[] }) {
  const [frame, width] = useWidth<HTMLDivElement>();
  const [hovered, setHovered] = useState<Point | null>(null);
  const ran = jobs.flatMap((job) => (job.seconds === null ? [] : [{ job, seconds: job.seconds }]));
  const { top, ticks } = scaleFor(Math.max(0, ...ran.map(({ seconds }) => seconds)));
  const usual = median(ran.filter(({ job }) => job.status === 'done').map(({ seconds }) => seconds));
  const inner = Math.max(0, width - LEFT - RIGHT);
  const yOf = (seconds: number) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - seconds / top);
  const points = [...ran].reverse().map(({ job, seconds }, index): Point => {
    const place = ran.length === 1 ? 1 : index / (ran.length - 1);
    return { job, seconds, x: LEFT + inner * place, y: yOf(seconds) };
  });
  const nearest = (x: number) =>
    points.reduce<Point | null>(
      (best, one) => (best === null || Math.abs(one.x - x) < Math.abs(best.x - x) ? one : best),
      null,
    );
  return (
    <div className="plot" ref={frame}>
      {width === 0 ? null : (
        <svg
          width={width}
          height={HEIGHT}
          role="img"
          aria-label={`Durations of the last ${ran.length === 1 ? 'job' : `${ran.length} jobs`}${usual === null ? '' : `, usually ${duration(usual)}`}`}
          onPointerMove={(event) => {
            setHovered(nearest(event.clientX - event.currentTarget.getBoundingClientRect().left));
          }}
          onPointerLeave={() => {
            setHovered(null);
          }}
          onClick={() => {
            if (hovered !== null) go(toJob(hovered.job.id));
          }}
        >
          {ticks.map((tick) => (
            <g key={tick} className="plot-tick">
              <line x1={LEFT} x2={width - RIGHT} y1={yOf(tick)} y2={yOf(tick)} />
              <text x={LEFT - 8} y={yOf(tick) + 4} textAnchor="end">
                {tickText(tick)}
              </text>
            </g>
          ))}
          {usual === null ? null : (
            <line className="plot-usual" x1={LEFT} x2={width - RIGHT} y1={yOf(usual)} y2={yOf(usual)} />
          )}
          {points.map(({ job, x, y }) => (
            <g key={job.id} className={`is-${job.status}`}>
              <line className="plot-stem" x1={x} x2={x} y1={y} y2={yOf(0)} />
              <circle cx={x} cy={y} r={hovered?.job.id === job.id ? 5.5 : points.length > 80 ? 2.5 : 3.5} />
            </g>
          ))}
          <EndTimes points={points} width={width} />
        </svg>
      )}
      {hovered === null ? null : <Tip point={hovered} width={width} />}
    </div>
  );
}

function EndTimes({ points, width }: { points: readonly Point[]; width: number }) {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return null;
  return (
    <g className="plot-tick">
      {first === last ? null : <EndTime job={first.job} x={LEFT} anchor="start" />}
      <EndTime job={last.job} x={width - RIGHT} anchor="end" />
    </g>
  );
}

function EndTime({ job, x, anchor }: { job: PastJob; x: number; anchor: 'start' | 'end' }) {
  const text = useRelative(Date.parse(job.created));
  return (
    <text x={x} y={HEIGHT - 6} textAnchor={anchor}>
      {text}
    </text>
  );
}

function Tip({ point: { job, seconds, x, y }, width }: { point: Point; width: number }) {
  const side = x > width / 2 ? 'plot-tip plot-tip-left' : 'plot-tip';
  return (
    <div className={side} style={{ left: x, top: y }}>
      <strong>{duration(seconds)}</strong> {WORDS[job.status].toLowerCase()}
      <br />
      {exact(Date.parse(job.created))}
    </div>
  );
}
