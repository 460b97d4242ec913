/** Where an execution is, and its errors in Go's words: template, line, column, the node, the reason. */

import { nodeText, type TemplateNode } from './nodes.js';
import { TEMPLATE_NAME, TemplateError } from './template-error.js';

/** As Go counts: lines from 1, columns in bytes from 0. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export function positionOf(source: string, pos: number): Position {
  const before = source.slice(0, pos);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: Buffer.byteLength(before.slice(lineStart)) };
}

export function executionError(source: string, node: TemplateNode, reason: string): TemplateError {
  const { line, column } = positionOf(source, node.pos);
  const where = `${TEMPLATE_NAME}:${line}:${column}`;
  return new TemplateError(
    `template: ${where}: executing "${TEMPLATE_NAME}" at <${nodeText(node)}>: ${reason}`,
  );
}
