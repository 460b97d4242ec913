/** When the tasks of a job waited and ran, one a line, under one clock. */
import type { Job } from '../api/types.js';
import { Glyph } from '../parts/glyph.js';
import { LongName } from '../parts/long-name.js';
import { WORDS } from '../parts/status.js';
import { duration } from '../parts/time.js';
import { scaleFor, tickText } from '../pipelines/scale.js';
import { type Piece, type Row, rowsOf, spanOf } from './timeline-rows.js';

interface Props {
  readonly job: Job;
  readonly now: number;
  readonly critical: ReadonlySet<string>;
  readonly selected: string | null;
  readonly onSelect: (name: string) => void;
}

interface Span {
  readonly from: number;
  readonly to: number;
}

export function Timeline({ job, now, critical, selected, onSelect }: Props) {
  const rows = rowsOf(job, now);
  const span = spanOf(job, rows, now);
  const longest = Math.max(...rows.map(({ name }) => name.length));
  return (
    <div className="timeline" style={{ '--letters': longest }}>
      {span === null ? null : <Axis span={span} />}
      <ul>
        {rows.map((row) => (
          <li key={row.name}>
            <button
              type="button"
              className={critical.has(row.name) ? 'timeline-row timeline-critical' : 'timeline-row'}
              aria-pressed={row.name === selected}
              onClick={() => {
                onSelect(row.name);
              }}
            >
              <span className={`timeline-name is-${row.status}`}>
                <Glyph name={row.status} />
                <LongName text={row.name} />
              </span>
              <span className="timeline-track">
                {span === null
                  ? null
                  : row.pieces.map((piece) => (
                      <Bar key={`${piece.from} ${piece.kind}`} {...{ piece, span }} />
                    ))}
              </span>
              <span className="timeline-took">
                {tookOf(row)}
                {row.attempts > 1 ? <span className="timeline-attempts"> ×{row.attempts}</span> : null}
              </span>
              <span className="visually-hidden">{inWords(row, critical.has(row.name))}</span>
            </button>
          </li>
        ))}
      </ul>
      {critical.size < 2 ? null : (
        <p className="timeline-legend">
          <i className="timeline-mark" aria-hidden="true" /> the critical path: what decided how long it took
        </p>
      )}
    </div>
  );
}

function tookOf({ ranSeconds, status, carriedOver }: Row): string {
  if (carriedOver) return 'carried over';
  return ranSeconds === null ? WORDS[status].toLowerCase() : duration(ranSeconds);
}

function Axis({ span }: { span: Span }) {
  const seconds = (span.to - span.from) / 1000;
  const ticks = scaleFor(seconds, 1).ticks.filter((tick) => tick <= seconds);
  return (
    <div className="timeline-axis" aria-hidden="true">
      {ticks.map((tick) => (
        <span key={tick} style={{ '--at': `${(100 * tick) / seconds}%` }}>
          {tickText(tick)}
        </span>
      ))}
    </div>
  );
}

function Bar({ piece: { kind, from, to }, span }: { piece: Piece; span: Span }) {
  const share = (at: number) => `${(100 * (at - span.from)) / (span.to - span.from)}%`;
  return (
    <i
      className={`piece piece-${kind} ${kind === 'waits' || kind === 'pauses' ? '' : `is-${kind}`}`}
      title={`${kind === 'waits' ? 'waited for a worker' : kind === 'pauses' ? 'waited for its next attempt' : WORDS[kind].toLowerCase()}: ${duration((to - from) / 1000)}`}
      style={{ '--from': share(from), '--to': share(to) }}
    />
  );
}

function inWords(row: Row, isCritical: boolean): string {
  const parts = [
    WORDS[row.status],
    row.carriedOver ? 'by the job that this one runs again' : '',
    row.waitedSeconds === null || row.waitedSeconds === 0 ? '' : `waited ${duration(row.waitedSeconds)}`,
    row.ranSeconds === null ? '' : `ran ${duration(row.ranSeconds)}`,
    row.attempts > 1 ? `${row.attempts} attempts` : '',
    isCritical ? 'on the critical path' : '',
  ];
  return parts.filter((part) => part !== '').join(', ');
}
