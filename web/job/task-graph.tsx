/** The graph of a pipeline's or a job's tasks; loaded when it is needed, as the layout is the heaviest part of the page. */
import { useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { DefinedTask, TaskStatus } from '../api/types.js';
import { useWidth } from '../parts/use-width.js';
import { type DrawnTask, GraphNode } from './graph-node.js';
import { beginningOf, fitOf, openingOf, wholeOf } from './graph-fit.js';
import { GraphZoom } from './graph-zoom.js';
import { type Direction, type Layout, layoutOf, NODE_HEIGHT } from './layout-graph.js';

export interface GraphProps {
  readonly tasks: readonly DrawnTask[];
  readonly selected?: string | null;
  readonly critical?: ReadonlySet<string>;
  readonly onSelect?: (name: string) => void;
}

/** As style/job.css has it. */
const mostHeight = () => Math.min(420, window.innerHeight * 0.6);
/** A larger graph takes long to lay out, so only one way is tried. */
const MOST_TWICE = 150;

export default function TaskGraph({ tasks, selected = null, critical, onSelect }: GraphProps) {
  const [frame, width] = useWidth<HTMLDivElement>();
  const [zoom, setZoom] = useState<number | null>(null);
  const shape = JSON.stringify(tasks.map(({ name, dependsOn }) => [name, dependsOn]));
  const drawn = useFittingLayout(shape, width);
  const box = { width, height: mostHeight() };
  const opening = openingOf(drawn, box);
  const byName = new Map(tasks.map((task) => [task.name, task]));
  const scale = zoom ?? opening;
  const scroll = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const { current } = scroll;
    if (current === null || width === 0) return;
    const room = { width: current.clientWidth / opening, height: current.clientHeight / opening };
    const { x, y } = beginningOf(drawn, NODE_HEIGHT, room);
    current.scrollTo((x - room.width / 2) * opening, (y - room.height / 2) * opening);
    // Once it is drawn; not when it is drawn a little wider.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [drawn, width === 0]);
  const isCritical = (from: string, to: string) => critical?.has(from) === true && critical.has(to);
  return (
    <div className="graph" ref={frame}>
      <div className="graph-scroll" ref={scroll} role="group" aria-label="Graph of the tasks" tabIndex={0}>
        {width === 0 ? null : (
          <div className="graph-size" style={{ width: drawn.width * scale, height: drawn.height * scale }}>
            <div
              className="graph-stage"
              style={{ width: drawn.width, height: drawn.height, transform: `scale(${scale})` }}
            >
              <svg width={drawn.width} height={drawn.height} aria-hidden="true">
                {drawn.edges.map(({ from, to, path }) => (
                  <path
                    key={JSON.stringify([from, to])}
                    d={path}
                    className={
                      isCritical(from, to) ? 'edge edge-critical' : edgeClass(byName.get(from)?.status)
                    }
                  />
                ))}
              </svg>
              {drawn.nodes.map(({ name, x, y, width: nodeWidth }) => {
                const task = byName.get(name);
                return task === undefined ? null : (
                  <GraphNode
                    key={name}
                    task={task}
                    isSelected={name === selected}
                    isCritical={critical?.has(name) === true}
                    place={{ left: x, top: y, width: nodeWidth, height: NODE_HEIGHT }}
                    onSelect={onSelect}
                  />
                );
              })}
            </div>
          </div>
        )}
      </div>
      {wholeOf(drawn, box) === 1 && zoom === null ? null : (
        <GraphZoom scale={scale} whole={wholeOf(drawn, box)} onZoom={setZoom} />
      )}
    </div>
  );
}

/** As style/job.css has them. */
const NAME_FONT = '600 13px';

function textMeasure(): (text: string) => number {
  const context = document.createElement('canvas').getContext('2d');
  if (context === null) return (text) => text.length * 8;
  context.font = `${NAME_FONT} ${getComputedStyle(document.body).fontFamily}`;
  return (text) => context.measureText(text).width + 2;
}

/** From left to right where that can be read, else from top to bottom if that can be read better. */
function useFittingLayout(shape: string, width: number): Layout {
  const across = useMemo(() => drawnFrom(shape, 'LR'), [shape]);
  const isWide = fitOf(across, width) < 0.85 && across.nodes.length <= MOST_TWICE;
  const down = useMemo(() => (isWide ? drawnFrom(shape, 'TB') : null), [shape, isWide]);
  return down !== null && fitOf(down, width) > fitOf(across, width) * 1.15 ? down : across;
}

const drawnFrom = (shape: string, direction: Direction) =>
  layoutOf(definedIn(shape), direction, textMeasure());

const definedIn = (shape: string): DefinedTask[] =>
  (JSON.parse(shape) as [string, string[] | null][]).map(([name, dependsOn]) => ({
    name,
    dependsOn: dependsOn ?? [],
  }));

const edgeClass = (status: TaskStatus | undefined) => (status === 'done' ? 'edge edge-done' : 'edge');
