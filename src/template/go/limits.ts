/** Answers for every bound of this room: a template or a value past one of them is an error, never a hang. */

import { TEMPLATE_NAME, TemplateError } from './template-error.js';

/** Of parentheses, and of if/range/with including each `else if`; Go allows 10,000 and an unbounded number. */
export const MAX_TEMPLATE_DEPTH = 200;
/** Of lists and maps inside each other that are printed. */
export const MAX_VALUE_DEPTH = 500;
/** Of quotes, substitutions and brackets of the shell inside each other. */
export const MAX_SHELL_DEPTH = 100;
/** Nodes visited and turns of `range`, together. */
export const MAX_STEPS = 1_000_000;
/** UTF-16 units read and written by functions, together. */
export const MAX_WORK = 64 * 1024 * 1024;
/** UTF-16 units of a rendered script, and of any text on the way to it. */
export const MAX_TEXT = 8 * 1024 * 1024;
/** Linux takes no environment string of 128 KiB or more; a longer value is spread over several. */
export const MAX_VARIABLE_BYTES = 120_000;
/** Half of what Linux takes as arguments and environment together with the usual 8 MiB of stack. */
export const MAX_ENVIRONMENT_BYTES = 1024 * 1024;

/** Counts what one rendering costs. */
export class Budget {
  private steps = 0;
  private work = 0;

  step(): void {
    if (++this.steps > MAX_STEPS) throw tooMuch(`takes more than ${MAX_STEPS} steps`);
  }

  spend(units: number): void {
    this.work += units;
    if (this.work > MAX_WORK) throw tooMuch(`works through more than ${MAX_WORK / 1024 / 1024} MiB of text`);
  }
}

export function checkLength(units: number): void {
  if (units > MAX_TEXT) throw tooMuch(`renders to more than ${MAX_TEXT / 1024 / 1024} MiB of text`);
}

export function tooMuch(what: string): TemplateError {
  return new TemplateError(`template: ${TEMPLATE_NAME}: the template ${what}`);
}
