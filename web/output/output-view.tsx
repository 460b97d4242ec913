/** The lines that are seen, out of any number; follows the end until one scrolls away from it. */
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { LineStore } from './line-store.js';
import { OutputRow } from './output-row.js';
import { Rows } from './rows.js';
import { heightOf, scrollFor, windowOf } from './window.js';

const ROW_HEIGHT = 18;
/** Of the numbers and the edge. */
const GUTTER = 76;
/** Of the times, in letters. */
const TIME_LETTERS = 13;
/** So near the end is at the end. */
const NEAR = ROW_HEIGHT * 2;

interface Props {
  readonly store: LineStore;
  readonly label: string;
  readonly wrap: boolean;
  readonly times: boolean;
  readonly follow: boolean;
  readonly onFollow: (follow: boolean) => void;
  readonly matcher: RegExp | null;
  /** The line to be shown; with a number that changes when it is to be shown again. */
  readonly target: { readonly line: number; readonly turn: number } | null;
}

export function OutputView({ store, label, wrap, times, follow, onFollow, matcher, target }: Props) {
  const frame = useRef<HTMLDivElement>(null);
  const [{ scrollTop, width, height }, setFrame] = useState({ scrollTop: 0, width: 0, height: 0 });
  const [letter, setLetter] = useState(7.2);
  const letters = Math.floor((width - GUTTER) / letter) - (times ? TIME_LETTERS : 0);
  const columns = wrap && width > 0 ? Math.max(20, letters) : null;
  const rows = useMemo(() => new Rows(store, columns), [store, columns]);
  const count = rows.count();
  const total = heightOf(count, ROW_HEIGHT);
  const shown = windowOf(count, { scrollTop, height, rowHeight: ROW_HEIGHT });

  useEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => {
      setLetter(letterWidthIn(element));
      setFrame({ scrollTop: element.scrollTop, width: element.clientWidth, height: element.clientHeight });
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
    };
  }, []);
  useLayoutEffect(() => {
    if (follow && frame.current !== null) frame.current.scrollTop = frame.current.scrollHeight;
  }, [follow, count, total, columns, height]);
  useLayoutEffect(() => {
    if (target === null || frame.current === null) return;
    const row = rows.of(target.line);
    frame.current.scrollTop = scrollFor(row, rows.count(), {
      height: frame.current.clientHeight,
      rowHeight: ROW_HEIGHT,
    });
  }, [target, rows]);

  return (
    <div
      ref={frame}
      className={times ? 'output-lines output-timed' : 'output-lines'}
      role="log"
      aria-live="off"
      aria-label={label}
      tabIndex={0}
      onScroll={({ currentTarget: element }) => {
        const { scrollTop: top, scrollHeight, clientHeight, clientWidth } = element;
        setFrame({ scrollTop: top, width: clientWidth, height: clientHeight });
        const atEnd = scrollHeight - top - clientHeight < NEAR;
        if (atEnd !== follow) onFollow(atEnd);
      }}
    >
      <div className="output-height" style={{ height: total }}>
        <div className="output-window" style={{ transform: `translateY(${shown.top}px)` }}>
          {Array.from({ length: shown.last - shown.first }, (_, index) => {
            const row = shown.first + index;
            const { line, part } = rows.at(row);
            return (
              <OutputRow
                key={row}
                line={store.line(line)}
                number={part === 0 ? line + 1 : null}
                part={part}
                columns={columns}
                times={times}
                matcher={matcher}
                isTarget={target?.line === line}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}

/** Of the letters that output is shown in, which all have the same. */
function letterWidthIn(element: HTMLElement): number {
  const probe = document.createElement('span');
  probe.className = 'output-probe';
  probe.textContent = 'x'.repeat(100);
  element.append(probe);
  const { width } = probe.getBoundingClientRect();
  probe.remove();
  return Math.max(1, width / 100);
}
