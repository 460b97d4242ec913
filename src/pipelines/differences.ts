/** What one set of pipelines has other than the set before it, by name. */

import { isDeepStrictEqual } from 'node:util';
import type { PipelineDefinition } from '../domain/definition.js';

/** Each sorted by code unit. */
export interface Differences {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
}

type Pipelines = ReadonlyMap<string, PipelineDefinition>;

export function differences(before: Pipelines, after: Pipelines): Differences {
  const has = (pipelines: Pipelines) => (name: string) => pipelines.has(name);
  const names = [...after.keys()].sort();
  return {
    added: names.filter((name) => !has(before)(name)),
    removed: [...before.keys()].filter((name) => !has(after)(name)).sort(),
    changed: names
      .filter(has(before))
      .filter((name) => !isDeepStrictEqual(before.get(name), after.get(name))),
  };
}
