/** What commands print of what they are handed: as it is, or made into something else. */

import type { Analysis } from './analysis.js';
import { anyRead } from './keys.js';
import { isName } from './names.js';
import { staticText, type Word } from '../syntax.js';

/** Print what they read. */
const PASS_ON = new Set(['cat', 'tee']);

export function printsArguments(analysis: Analysis, args: readonly Word[]): void {
  for (const { parts } of args) analysis.pour(analysis.output, parts);
}

/** Prints what any variable holds. */
export function printsVariables(analysis: Analysis): void {
  analysis.flows.connect(anyRead(''), analysis.output);
}

/** `name`: of a program, as it is written. */
export function programPrints(analysis: Analysis, name: string, args: readonly Word[]): void {
  const { flows, input, output } = analysis;
  const program = name.replace(/^.*\//s, '') || 'a program';
  for (const { parts } of args)
    for (const part of parts) {
      if (part.kind !== 'substitution' || part.style === '$(' || part.style === '`') continue;
      const key = analysis.substitution(part);
      if (part.style === '>(') flows.connect(input, key);
      else if (PASS_ON.has(program)) flows.connect(key, output);
    }
  if (program === 'printenv')
    for (const { parts } of args) {
      const variable = staticText(parts) ?? '';
      flows.connect(isName(variable) ? variable : anyRead(''), output);
    }
  if (PASS_ON.has(program)) {
    flows.connect(input, output);
    return;
  }
  flows.connectThrough(program, input, output);
  for (const { parts } of args) analysis.pour(output, parts, program);
}
