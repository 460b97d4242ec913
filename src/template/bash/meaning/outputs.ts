/** What commands print of what they are handed: as it is, or made into something else. */

import type { Analysis } from './analysis.js';
import { anyRead, OPEN_INPUT, OPEN_OUTPUT } from './keys.js';
import { isName } from './names.js';
import { mayBeDescriptor } from './redirects.js';
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

/** Prints what would declare or define something where it is run. */
export function printsCode(analysis: Analysis): void {
  analysis.flows.codeText(analysis.output, ['code'], true);
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
  readsDescriptors(analysis, program, args);
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

/** A program may read from, and `tee` print to, a descriptor that its arguments name. */
function readsDescriptors(analysis: Analysis, program: string, args: readonly Word[]): void {
  const { flows, input, output, errors } = analysis;
  if (!args.some(({ parts }) => mayBeDescriptor(parts))) return;
  if (!PASS_ON.has(program)) flows.connectThrough(program, OPEN_INPUT, output);
  else for (const to of program === 'tee' ? [errors, OPEN_OUTPUT] : []) flows.connect(input, to);
  if (PASS_ON.has(program)) flows.connect(OPEN_INPUT, output);
}
