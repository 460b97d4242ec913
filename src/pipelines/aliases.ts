/** Finds out which node each alias of a document stands for: the last one before it that has its anchor. */

import { isAlias, isMap, isNode, isSeq, type Alias, type Node } from 'yaml';
import { MAX_DEPTH } from './limits.js';
import type { Report } from './report.js';

/** Thrown where going on makes no sense; becomes one more error of the file. */
export class Unreadable extends Error {
  constructor(
    readonly at: number,
    reason: string,
  ) {
    super(reason);
  }
}

export function offsetOf(node: Node): number {
  return node.range?.[0] ?? 0;
}

export function checkDepth(depth: number, at: number): void {
  if (depth > MAX_DEPTH) throw new Unreadable(at, `nested deeper than ${MAX_DEPTH} levels`);
}

/** In one pass over the document: the library's own `alias.resolve` walks the whole of it for every alias. */
export function resolveAliases(root: Node, report: Report): Map<Alias, Node> {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node>();

  const visit = (node: unknown, depth: number): void => {
    if (!isNode(node)) return;
    checkDepth(depth, offsetOf(node));
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      if (target) targets.set(node, target);
      else report.undecodable(offsetOf(node), `alias "*${node.source}" has no anchor before it`);
      return;
    }
    if (node.anchor !== undefined) anchors.set(node.anchor, node);
    if (isSeq(node)) for (const item of node.items) visit(item, depth + 1);
    if (isMap(node))
      for (const { key, value } of node.items) {
        visit(key, depth + 1);
        visit(value, depth + 1);
      }
  };
  visit(root, 0);
  return targets;
}
