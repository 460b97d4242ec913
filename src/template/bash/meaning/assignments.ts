/** What values mean in assignments and in the arguments of `declare` and the like. */

import type { Analysis } from './analysis.js';
import { isAnyWritten, prefixOf } from './keys.js';
import { type Assignment, type Part, staticText, type Word } from '../syntax.js';

/** Letters of the options of a declaration. */
interface Attributes {
  /** False for an assignment without a declaration. */
  readonly declares: boolean;
  readonly integer: boolean;
  readonly reference: boolean;
  readonly array: boolean;
}

/** Arrays that bash makes. */
const SHELL_ARRAYS = new Set('COPROC DIRSTACK FUNCNAME GROUPS MAPFILE PIPESTATUS'.split(' '));

const NONE: Attributes = { declares: false, integer: false, reference: false, array: false };

export function readAssignment(analysis: Analysis, { assignment, parts }: Word): void {
  if (assignment) assign(analysis, assignment, parts, NONE);
}

/** `prefixed`: behind `builtin` or `command`, where bash splits the words of an assignment. */
export function readDeclaration(
  analysis: Analysis,
  builtin: string,
  args: readonly Word[],
  prefixed: boolean,
): void {
  let letters = '';
  let options = true;
  for (const word of args) {
    const text = word.assignment ? null : staticText(word.parts);
    options &&= text !== null && /^[-+]/.test(text);
    if (options) {
      letters += text ?? '';
      continue;
    }
    if (declaresAssociative(analysis, builtin, letters)) {
      const name = word.assignment ? staticText(word.assignment.name) : text;
      if (name !== null) analysis.declareAssociative(name);
    }
    const attributes = {
      declares: true,
      integer: letters.includes('i'),
      reference: letters.includes('n'),
      array: /[aA]/.test(letters),
    };
    declare(analysis, word, attributes, prefixed);
  }
}

/** Not where bash refuses an option, prints, or has no function that a local variable could be of. */
function declaresAssociative({ functionName }: Analysis, builtin: string, letters: string): boolean {
  if (!/^[-aAgiIlrtux]*$/.test(letters) || !letters.includes('A') || letters.includes('--A')) return false;
  return builtin === 'local' ? functionName !== '' : /^(?:declare|typeset)$/.test(builtin);
}

function declare(analysis: Analysis, word: Word, attributes: Attributes, prefixed: boolean): void {
  if (word.assignment) {
    assign(analysis, word.assignment, word.parts, attributes);
    return;
  }
  if (prefixed) requirePlainBare(analysis, word.parts, 'in an argument that bash splits into words');
  const { name, value } = split(word.parts);
  if (value === null) {
    analysis.assignable(name, 'as the name of a variable that is declared');
    return;
  }
  // Only an assignment that begins the word unquoted keeps the words of its value together.
  requirePlainBare(analysis, value, 'in an argument that bash splits into words');
  assign(analysis, { name, subscript: null, append: false, elements: null }, value, attributes);
}

/** At the first equals sign. */
function split(parts: readonly Part[]): { name: Part[]; value: Part[] | null } {
  const at = parts.findIndex((part) => part.kind === 'text' && part.text.includes('='));
  const part = parts[at];
  if (part?.kind !== 'text') return { name: [...parts], value: null };
  const sign = part.text.indexOf('=');
  const before = { ...part, text: part.text.slice(0, sign).replace(/\+$/, '') };
  const after = { ...part, text: part.text.slice(sign + 1) };
  return {
    name: [...parts.slice(0, at), ...(before.text === '' ? [] : [before])],
    value: [...(after.text === '' ? [] : [after]), ...parts.slice(at + 1)],
  };
}

function assign(
  analysis: Analysis,
  { name, subscript, elements }: Assignment,
  parts: readonly Part[],
  attributes: Attributes,
): void {
  const variable = analysis.targetOf(name);
  if (staticText(name) === null) analysis.assignable(name, 'as the name of a variable that is assigned to');
  else if (/[^A-Za-z0-9_]/.test(staticText(name) ?? ''))
    analysis.assignable(name, 'as the name of a variable');
  if (subscript) analysis.subscript(variable, subscript);
  if (elements) {
    for (const element of elements) {
      if (element.subscript) analysis.subscript(variable, element.subscript);
      value(analysis, variable, element.word.parts, attributes);
    }
    return;
  }
  const mayBeArray = attributes.array || (!attributes.reference && isArray(analysis, variable));
  if (attributes.declares && mayBeArray) {
    // A declaration reads `(…)` in the value of an array as its elements, and expands these.
    const where = `in ${variable}, which is an array`;
    analysis.demandAll('plain', where, parts);
  }
  value(analysis, variable, parts, attributes);
}

/** A variable whose name is not known may be any. */
function isArray({ declarations }: Analysis, name: string): boolean {
  const { arrays, arraysUnknown, setsArrays } = declarations;
  if (isAnyWritten(name))
    return arraysUnknown || [...arrays].some((array) => array.startsWith(prefixOf(name)));
  return arrays.has(name) || SHELL_ARRAYS.has(name) || setsArrays(name);
}

function value(
  analysis: Analysis,
  variable: string,
  parts: readonly Part[],
  { integer, reference }: Attributes,
): void {
  if (integer) analysis.evaluated(parts, `in ${variable}, which is an integer`);
  analysis.assign(variable, parts, reference);
}

/** Each unquoted value becomes as many words as it has. */
export function requirePlainBare(analysis: Analysis, parts: readonly Part[], where: string): void {
  for (const part of parts)
    if (part.kind === 'value' && !part.quoted) analysis.allowOnly('plain', where, [part]);
}
