/** What values mean in redirections, and where these have commands read from and print to. */

import type { Analysis } from './analysis.js';
import { NOWHERE, OPEN_INPUT } from './keys.js';
import { type Part, type Redirect, staticText } from '../syntax.js';

const OUTPUT = /^(?:>|>>|>\||&>|&>>)$/;
/** Files that are a descriptor of the process. */
const DESCRIPTOR_FILE = /^\/(?:dev|proc)\/(?!null$)/;

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
  else if (operator === '<' || operator === '<>') readsFile(analysis, descriptor, parts);
  else if (operator === '<&') analysis.input = inputBeside(analysis);
  else if (descriptor === '' || descriptor === '1') printsTo(analysis, operator, parts);
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

function readsFile(analysis: Analysis, descriptor: string, parts: readonly Part[]): void {
  const substitutions = parts.filter(({ kind }) => kind === 'substitution');
  const text = staticText(parts);
  if (substitutions.length > 0 || (text !== null && !DESCRIPTOR_FILE.test(text)))
    readsFrom(analysis, descriptor, substitutions);
  else analysis.input = inputBeside(analysis);
}

/** What is read now, or from any descriptor that is open besides. */
function inputBeside(analysis: Analysis): string {
  const key = analysis.fresh();
  analysis.flows.connect(analysis.input, key);
  analysis.flows.connect(OPEN_INPUT, key);
  return key;
}

/** What is written into a file is not followed; errors are, where the streams of the task are mixed anywhere. */
function printsTo(analysis: Analysis, operator: string, parts: readonly Part[]): void {
  const text = staticText(parts);
  const [first] = parts;
  if (first?.kind === 'substitution' && first.style === '>(') {
    const key = analysis.fresh();
    analysis.flows.connect(key, analysis.output);
    analysis.flows.connect(key, analysis.substitution(first));
    analysis.output = key;
  } else if (OUTPUT.test(operator) && text !== null && !DESCRIPTOR_FILE.test(text)) analysis.output = NOWHERE;
  else if (operator === '>&' && text === '2' && !analysis.declarations.mixesStreams)
    analysis.output = NOWHERE;
}
