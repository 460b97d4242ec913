/** What values mean in redirections, and where these have commands read from and print to. */

import type { Analysis } from './analysis.js';
import { NOWHERE, OPEN_INPUT, OPEN_OUTPUT } from './keys.js';
import { type Part, type Redirect, staticText } from '../syntax.js';

/** Files that are a descriptor of the process, however their path is written. */
const DESCRIPTOR_FILE = /(?:^|\/)(?:stdin|stdout|stderr|fd\/[^/]*|tty|[0-9]+)$/;

export function readRedirect(analysis: Analysis, redirect: Redirect): void {
  const { operator, descriptor, target, document } = redirect;
  const { parts } = target;
  if (document) {
    analysis.data(document.parts);
    readsFrom(analysis, descriptor, document.parts);
    return;
  }
  const duplicates = operator === '<&' || operator === '>&';
  if (duplicates && (operator === '<&' || descriptor !== ''))
    analysis.demand('descriptor', `behind ${descriptor}${operator}`, parts);
  else if (duplicates && staticText(parts) === null) behindDuplicate(analysis, operator, parts);
  else analysis.data(parts);

  if (operator === '<<<') readsFrom(analysis, descriptor, parts);
  else if (operator === '<' || operator === '<>') readsFile(analysis, operator, descriptor, parts);
  else if (operator === '<&') duplicatesInput(analysis, parts);
  else printsTo(analysis, redirect);
}

/** Whether a text may be the path of a descriptor. */
export function mayBeDescriptor(parts: readonly Part[]): boolean {
  const text = staticText(parts);
  if (text !== null) return DESCRIPTOR_FILE.test(text);
  const [first, last] = [parts[0], parts.at(-1)];
  if (first?.kind === 'text' && !/^\/?(?:$|dev|proc)/.test(first.text)) return false;
  if (last?.kind !== 'text' || DESCRIPTOR_FILE.test(last.text)) return true;
  return ['stdin', 'stdout', 'stderr'].some((name) => name.endsWith(last.text));
}

/** Bash expands this word twice. With a value in it, it is written as what it means. */
function behindDuplicate(analysis: Analysis, operator: string, parts: readonly Part[]): void {
  analysis.data(parts);
  const expansions = parts.filter(({ kind }) => kind !== 'value');
  for (const key of analysis.keysIn(expansions))
    analysis.flows.sink(key, 'plain', `behind ${operator}`, true);
  analysis.demand('plain', `in a command behind ${operator}`, expansions);
}

function readsFrom(analysis: Analysis, descriptor: string, parts: readonly Part[]): void {
  const key = descriptor === '' || descriptor === '0' ? analysis.fresh() : OPEN_INPUT;
  analysis.pour(key, parts);
  if (key !== OPEN_INPUT) analysis.input = key;
}

function readsFile(analysis: Analysis, operator: string, descriptor: string, parts: readonly Part[]): void {
  if (operator === '<>' && mayBeDescriptor(parts))
    for (const key of [analysis.output, analysis.errors]) analysis.flows.connect(OPEN_OUTPUT, key);
  const substitutions = parts.filter(({ kind }) => kind === 'substitution');
  const text = staticText(parts);
  if (substitutions.length > 0 || (text !== null && !DESCRIPTOR_FILE.test(text)))
    readsFrom(analysis, descriptor, substitutions);
  else analysis.input = inputBeside(analysis);
}

/** `3<&1` is for output as well. */
function duplicatesInput(analysis: Analysis, parts: readonly Part[]): void {
  const key = descriptorKey(analysis, staticText(parts));
  if (key !== OPEN_OUTPUT && key !== NOWHERE) analysis.flows.connect(OPEN_OUTPUT, key);
  analysis.input = inputBeside(analysis);
}

/** What is read now, or from any descriptor that is open besides. */
function inputBeside(analysis: Analysis): string {
  const key = analysis.fresh();
  analysis.flows.connect(analysis.input, key);
  analysis.flows.connect(OPEN_INPUT, key);
  return key;
}

/** In their order: `2>&1 >file` leaves errors where the output was. What is written into a file is not followed. */
function printsTo(analysis: Analysis, { operator, descriptor, target: { parts } }: Redirect): void {
  const text = staticText(parts);
  const isNumber = operator === '>&' && (text === null ? descriptor !== '' : /^[0-9]*-?$/.test(text));
  const key = isNumber ? descriptorKey(analysis, text) : fileKey(analysis, parts);
  const both = operator.startsWith('&>') || (operator === '>&' && descriptor === '' && !isNumber);
  if (both) Object.assign(analysis, { output: key, errors: key });
  else if (descriptor === '' || descriptor === '1') analysis.output = key;
  else if (descriptor === '2') analysis.errors = key;
  else if (key !== OPEN_OUTPUT) analysis.flows.connect(OPEN_OUTPUT, key);
}

function descriptorKey({ output, errors }: Analysis, text: string | null): string {
  const number = text?.replace(/-$/, '');
  if (number === '') return NOWHERE;
  if (number === '1') return output;
  return number === '2' ? errors : OPEN_OUTPUT;
}

function fileKey(analysis: Analysis, parts: readonly Part[]): string {
  const [first] = parts;
  const key = analysis.fresh();
  const open = [analysis.output, analysis.errors, OPEN_OUTPUT];
  if (first?.kind === 'substitution' && first.style === '>(') {
    analysis.flows.connect(key, analysis.substitution(first));
    return key;
  }
  if (!mayBeDescriptor(parts)) return NOWHERE;
  for (const one of open) analysis.flows.connect(key, one);
  return key;
}
