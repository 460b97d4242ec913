/** Checks the variables of a schedule against those that its pipeline declares, and fills in defaults. */

import type { PipelineDefinition } from '../domain/definition.js';
import { MAX_CHECK_MS, MAX_VARIABLE_PROBLEMS, quote } from './limits.js';
import { validatorOf, type Schema } from './schema.compile.js';
import { sentence } from './schema.words.js';
import { TooSlow, within } from './time-limit.js';

export interface CheckedVariables {
  /** Empty: the variables fit. */
  readonly problems: string[];
  /** What was given and the defaults of what was not; `given` itself is left as it is. */
  readonly variables: Record<string, unknown>;
}

export function checkVariables(
  definition: Pick<PipelineDefinition, 'variables'>,
  given: Readonly<Record<string, unknown>>,
): CheckedVariables {
  const problems: string[] = [];
  const variables = new Map(Object.entries(given));
  const present: [string, Schema][] = [];
  for (const [name, { schema, required }] of Object.entries(definition.variables)) {
    if (variables.has(name)) present.push([name, schema]);
    else if (required) problems.push(`variable ${quote(name)} is required`);
    else if (Object.hasOwn(schema, 'default')) variables.set(name, structuredClone(schema['default']));
  }
  problems.push(...problemsOf(present, variables));
  // Not by assignment, which would lose a variable called __proto__.
  return { problems: bounded(problems), variables: Object.fromEntries(variables) };
}

function problemsOf(declared: readonly [string, Schema][], values: ReadonlyMap<string, unknown>): string[] {
  const problems: string[] = [];
  const validators = declared.map(([name, schema]) => ({ name, validate: validatorOf(schema) }));
  if (validators.length === 0) return problems;
  let current = '';
  try {
    within(MAX_CHECK_MS, () => {
      for (const { name, validate } of validators) {
        current = quote(name);
        for (const found of validate(values.get(name)))
          problems.push(`variable ${current}${found.path.length > 0 ? ':' : ''} ${sentence(found)}`);
      }
    });
  } catch (error) {
    if (!(error instanceof TooSlow)) throw error;
    problems.push(`variable ${current} takes too long to be checked`);
  }
  return problems;
}

function bounded(problems: string[]): string[] {
  if (problems.length <= MAX_VARIABLE_PROBLEMS) return problems;
  return [...problems.slice(0, MAX_VARIABLE_PROBLEMS), 'and there is more that does not fit'];
}
