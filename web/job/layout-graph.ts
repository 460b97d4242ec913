/** Where the tasks of a graph are drawn: in layers, along what they wait for. */
import { graphlib, layout } from '@dagrejs/dagre';
import type { DefinedTask } from '../api/types.js';

export interface Placed {
  readonly name: string;
  /** Of its upper left corner. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

export interface Edge {
  readonly from: string;
  readonly to: string;
  /** A path of SVG. */
  readonly path: string;
}

export interface Layout {
  readonly nodes: readonly Placed[];
  readonly edges: readonly Edge[];
  readonly width: number;
  readonly height: number;
}

export const NODE_HEIGHT = 44;
const LEAST_WIDTH = 104;
const MOST_WIDTH = 248;
/** What a node has beside its name. */
const AROUND = 52;

export type Direction = 'LR' | 'TB';

/** Of no tasks, nothing; of ones that wait for each other, something. `widthOf`: of a name as it is drawn. */
export function layoutOf(
  tasks: readonly DefinedTask[],
  direction: Direction,
  widthOf: (name: string) => number,
): Layout {
  const graph = new graphlib.Graph();
  graph.setGraph({
    rankdir: direction,
    nodesep: 14,
    ranksep: direction === 'LR' ? 38 : 20,
    marginx: 4,
    marginy: 4,
  });
  graph.setDefaultEdgeLabel(() => ({}));
  const names = new Set(tasks.map(({ name }) => name));
  for (const { name } of tasks) {
    const width = Math.min(MOST_WIDTH, Math.max(LEAST_WIDTH, AROUND + widthOf(name)));
    graph.setNode(name, { width, height: NODE_HEIGHT });
  }
  for (const { name, dependsOn = [] } of tasks) {
    for (const before of dependsOn) if (names.has(before) && before !== name) graph.setEdge(before, name);
  }
  layout(graph);
  const size = graph.graph() as { width?: number; height?: number };
  return {
    nodes: tasks.map(({ name }) => {
      const { x, y, width } = graph.node(name) as { x: number; y: number; width: number };
      return { name, x: x - width / 2, y: y - NODE_HEIGHT / 2, width };
    }),
    edges: graph.edges().map(({ v, w }) => {
      const { points } = graph.edge(v, w) as { points: readonly Point[] };
      return { from: v, to: w, path: pathOf(points) };
    }),
    width: Math.max(0, finite(size.width)),
    height: Math.max(0, finite(size.height)),
  };
}

const finite = (value: number | undefined) => (Number.isFinite(value) ? Number(value) : 0);

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Through the points, round at each of them. */
export function pathOf(points: readonly Point[]): string {
  const [first, ...others] = points;
  if (first === undefined) return '';
  const parts = [`M${at(first)}`];
  others.forEach((point, index) => {
    const next = others[index + 1];
    parts.push(next === undefined ? `L${at(point)}` : `Q${at(point)} ${at(middle(point, next))}`);
  });
  return parts.join('');
}

const at = ({ x, y }: Point) => `${Math.round(x * 10) / 10},${Math.round(y * 10) / 10}`;
const middle = (one: Point, other: Point) => ({ x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 });
