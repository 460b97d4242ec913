/** How large a graph is drawn at first, where it is looked at, and how large all of it is to be seen. */
import type { Layout } from './layout-graph.js';

export interface Box {
  readonly width: number;
  readonly height: number;
}

/** Smaller cannot be read. */
export const LEAST_SCALE = 0.75;

export const fitOf = (drawn: Box, width: number): number =>
  Math.min(1, (width - 2) / Math.max(1, drawn.width));

/** So that all of it is seen, read or not. */
export const wholeOf = (drawn: Box, box: Box): number =>
  Math.min(fitOf(drawn, box.width), (box.height - 2) / Math.max(1, drawn.height));

/** All of it where that can be read; else it is no smaller than it has to be for its width. */
export function openingOf(drawn: Box, box: Box): number {
  const whole = wholeOf(drawn, box);
  return whole >= LEAST_SCALE ? whole : Math.max(LEAST_SCALE, fitOf(drawn, box.width));
}

/** What is to be in the middle at first: where it begins, unless that is more than there is room for. */
export function beginningOf(
  { nodes, edges }: Pick<Layout, 'nodes' | 'edges'>,
  nodeHeight: number,
  room: Box,
): { readonly x: number; readonly y: number } {
  const later = new Set(edges.map(({ to }) => to));
  const first = nodes.filter(({ name }) => !later.has(name));
  if (first.length === 0) return { x: 0, y: 0 };
  const [left, right] = [
    Math.min(...first.map(({ x }) => x)),
    Math.max(...first.map((one) => one.x + one.width)),
  ];
  const [top, bottom] = [
    Math.min(...first.map(({ y }) => y)),
    Math.max(...first.map(({ y }) => y + nodeHeight)),
  ];
  return {
    x: right - left <= room.width ? (left + right) / 2 : 0,
    y: bottom - top <= room.height ? (top + bottom) / 2 : 0,
  };
}
