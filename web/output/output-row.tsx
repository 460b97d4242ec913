/** One row of output: text, in colours, and nothing that could be anything else. */
import type { CSSProperties } from 'react';
import { clockTime } from '../parts/time.js';
import { piecesOf, type Style } from './ansi.js';
import type { Line } from './line-store.js';
import { rowPieces } from './row-pieces.js';

interface Props {
  readonly line: Line;
  /** null: it goes on with the line above. */
  readonly number: number | null;
  readonly part: number;
  readonly columns: number | null;
  /** Whether it is shown when the line was written. */
  readonly times: boolean;
  readonly matcher: RegExp | null;
  readonly isTarget: boolean;
}

export function OutputRow({ line, number, part, columns, times, matcher, isTarget }: Props) {
  const range =
    columns === null ? { from: 0, to: Infinity } : { from: part * columns, to: (part + 1) * columns };
  const classes = ['row', line.stream === 'stderr' ? 'row-error' : '', isTarget ? 'row-target' : ''];
  return (
    <div className={classes.join(' ')} data-number={number ?? undefined}>
      {times && part === 0 && line.at !== null ? <Time at={line.at} /> : null}
      {rowPieces(piecesOf(line.text, line.style), range, matcher).map(({ text, style, isMarked }, index) => {
        const content = isMarked ? <mark>{text}</mark> : text;
        const className = classOf(style);
        const css = cssOf(style);
        return className === '' && css === undefined ? (
          <span key={index}>{content}</span>
        ) : (
          <span key={index} className={className} style={css}>
            {content}
          </span>
        );
      })}
    </div>
  );
}

function Time({ at }: { at: number }) {
  const exact = new Date(at).toISOString();
  return (
    <time dateTime={exact} title={exact}>
      {clockTime(at)}
    </time>
  );
}

function classOf({ colour, background, bold, dim, italic, underline, strike, inverse }: Style): string {
  return [
    typeof colour === 'number' ? `ansi-${colour}` : '',
    typeof background === 'number' ? `ansi-on-${background}` : '',
    bold === true ? 'ansi-bold' : '',
    dim === true ? 'ansi-dim' : '',
    italic === true ? 'ansi-italic' : '',
    underline === true ? 'ansi-underline' : '',
    strike === true ? 'ansi-strike' : '',
    inverse === true ? 'ansi-inverse' : '',
  ]
    .filter((one) => one !== '')
    .join(' ');
}

function cssOf({ colour, background }: Style): CSSProperties | undefined {
  if (typeof colour !== 'string' && typeof background !== 'string') return undefined;
  return {
    ...(typeof colour === 'string' ? { color: colour } : {}),
    ...(typeof background === 'string' ? { backgroundColor: background } : {}),
  };
}
