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
  /** Whether the check was broken off. */
  readonly isBrokenOff: boolean;
}

export type DeclaredVariables = PipelineDefinition['variables'];

/** Blocks this thread for as long as it takes, at most `limitMs`. Infinity: it is known to be cheap. */
export function checkVariables(
  declared: DeclaredVariables,
  given: Readonly<Record<string, unknown>>,
  limitMs = MAX_CHECK_MS,
): CheckedVariables {
  const problems: string[] = [];
  const variables = new Map(Object.entries(given));
  const present: [string, Schema][] = [];
  for (const [name, { schema, required }] of Object.entries(declared)) {
    if (variables.has(name)) present.push([name, schema]);
    else if (required) problems.push(`variable ${quote(name)} is required`);
    else if (Object.hasOwn(schema, 'default')) variables.set(name, structuredClone(schema['default']));
  }
  const found = problemsOf(present, variables, limitMs);
  return {
    problems: bounded([...problems, ...found.problems]),
    // Not by assignment, which would lose a variable called __proto__.
    variables: Object.fromEntries(variables),
    isBrokenOff: found.isBrokenOff,
  };
}

function problemsOf(
  declared: readonly [string, Schema][],
  values: ReadonlyMap<string, unknown>,
  limitMs: number,
): Pick<CheckedVariables, 'problems' | 'isBrokenOff'> {
  const problems: string[] = [];
  const validators = declared.map(([name, schema]) => ({ name, validate: validatorOf(schema) }));
  if (validators.length === 0) return { problems, isBrokenOff: false };
  let current = '';
  const check = () => {
    for (const { name, validate } of validators) {
      current = quote(name);
      for (const found of validate(values.get(name)))
        problems.push(`variable ${current}${found.path.length > 0 ? ':' : ''} ${sentence(found)}`);
    }
  };
  try {
    if (limitMs === Infinity) check();
    else within(limitMs, check);
    return { problems, isBrokenOff: false };
  } catch (error) {
    if (!(error instanceof TooSlow)) throw error;
    problems.push(`variable ${current} takes too long to be checked`);
    return { problems, isBrokenOff: true };
  }
}

function bounded(problems: string[]): string[] {
  if (problems.length <= MAX_VARIABLE_PROBLEMS) return problems;
  return [...problems.slice(0, MAX_VARIABLE_PROBLEMS), 'and there is more that does not fit'];
}
