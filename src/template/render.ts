/** This room's front: a script entry as a Go template, rendered for bash with every value as data. */

import { evaluate } from './go/evaluate.js';
import { parseTemplate } from './go/parser.js';
import { placeValues } from './place-values.js';
import type { TemplateValue } from './go/values.js';
import { ValueNames } from './value-names.js';

export { inspectScript, type ScriptWarning } from './inspect.js';
export { parseTemplate } from './go/parser.js';
export { TemplateError } from './go/template-error.js';
export type { TemplateValue } from './go/values.js';

export interface Rendered {
  readonly text: string;
  /** To be in the environment of the shell that runs the text. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Entries of one task share a shell, whose functions and background jobs keep asking for the values of entries before:
 * `earlier` is the env of the entry before, and the new env holds it too.
 */
export function renderScript(
  source: string,
  variables: Readonly<Record<string, TemplateValue>>,
  earlier: Readonly<Record<string, string>> = {},
): Rendered {
  if (!source.includes('{{')) return { text: source, env: earlier };
  const pieces = evaluate(source, parseTemplate(source), variables);
  const names = new ValueNames(earlier);
  const text = placeValues(source, pieces, names);
  return { text, env: names.environment() };
}
