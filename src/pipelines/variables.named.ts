/** The variables of a pipeline by name: those that it declares, then those that its tasks use without that. */
import { JOB_ID_VARIABLE, type PipelineDefinition } from '../domain/definition.js';
import { variablesUsed } from '../template/go/variables-used.js';
import { MAX_INSPECTED_LENGTH, MAX_VARIABLES } from './limits.js';

/** A loaded definition is the same object until the next reload. */
const known = new WeakMap<PipelineDefinition, readonly string[]>();

export function variableNames(definition: PipelineDefinition): readonly string[] {
  const found = known.get(definition) ?? find(definition);
  known.set(definition, found);
  return found;
}

function find({ variables, tasks }: PipelineDefinition): readonly string[] {
  const names = new Set(Object.keys(variables));
  const used = new Set<string>();
  const scripts = new Set(tasks.flatMap(({ script }) => script));
  for (const script of scripts) {
    if (script.length > MAX_INSPECTED_LENGTH) continue;
    for (const name of variablesUsed(script)) used.add(name);
  }
  used.delete(JOB_ID_VARIABLE);
  for (const name of [...used].sort()) if (names.size < MAX_VARIABLES) names.add(name);
  return [...names];
}
