/** A definition as a job keeps it: its JSON, and the name that all equal ones have. */
import { createHash } from 'node:crypto';
import type { PipelineDefinition } from '../domain/definition.js';

export interface Snapshot {
  /** SHA-256 of the body in hex. */
  readonly id: string;
  readonly body: string;
}

/** A loaded definition is the same object until the next reload. */
const known = new WeakMap<PipelineDefinition, Snapshot>();

export function snapshotOf(definition: PipelineDefinition): Snapshot {
  const found = known.get(definition);
  if (found !== undefined) return found;
  const body = JSON.stringify(definition);
  const snapshot = { id: createHash('sha256').update(body).digest('hex'), body };
  known.set(definition, snapshot);
  return snapshot;
}
