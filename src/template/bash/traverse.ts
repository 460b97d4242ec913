/** Goes through all commands of a script, those in expansions included. */

import type { Command, List, Part, Redirect, ValuePart, Word } from './syntax.js';

export interface Surroundings {
  /** The function that the command stands in; empty: none. */
  readonly functionName: string;
  /** What reads its output in a pipeline. */
  readonly next: Command | null;
}
export type VisitCommand = (command: Command, surroundings: Surroundings) => void;
type VisitList = (list: List) => void;

/** Visits each command of a list in a function; empty: none. */
export function eachCommand(body: List, functionName: string, visit: VisitCommand): void {
  const inList = (list: List): void => {
    eachCommand(list, functionName, visit);
  };
  for (const { commands } of body) {
    for (const [i, command] of commands.entries()) {
      visit(command, { functionName, next: commands[i + 1] ?? null });
      if (command.kind === 'function') eachCommand(listOf(command.body), command.name, visit);
      else if (command.kind === 'coprocess') eachCommand(listOf(command.body), functionName, visit);
      else {
        for (const list of bodiesOf(command)) inList(list);
        for (const parts of partsOf(command)) listsIn(parts, inList);
      }
    }
  }
}

export const listOf = (command: Command): List => [{ commands: [command], conditional: false }];

/** Commands inside a command. */
export function bodiesOf(command: Command): readonly List[] {
  switch (command.kind) {
    case 'group':
      return command.bodies;
    case 'loop':
      return [command.body];
    case 'case':
      return command.items.map(({ body }) => body);
    case 'arithmetic':
      return command.body ? [command.body] : [];
    case 'simple':
    case 'condition':
    case 'function':
    case 'coprocess':
      return [];
  }
}

/** All texts of a command itself, in which expansions may stand. */
export function partsOf(command: Command): readonly (readonly Part[])[] {
  switch (command.kind) {
    case 'simple':
      return [
        ...wordsParts(command.assignments),
        ...wordsParts(command.words),
        ...redirectParts(command.redirects),
      ];
    case 'loop':
      return [...wordsParts(command.words ?? []), ...redirectParts(command.redirects)];
    case 'case': {
      const patterns = command.items.flatMap((item) => item.patterns);
      return [...wordsParts([command.subject, ...patterns]), ...redirectParts(command.redirects)];
    }
    case 'arithmetic':
      return [...command.expressions, ...redirectParts(command.redirects)];
    case 'condition':
      return [
        ...wordsParts(command.tests.flatMap(({ operands }) => operands)),
        ...redirectParts(command.redirects),
      ];
    case 'group':
      return redirectParts(command.redirects);
    case 'function':
    case 'coprocess':
      return [];
  }
}

function wordsParts(words: readonly Word[]): (readonly Part[])[] {
  return words.flatMap(wordParts);
}

/** The texts of a word: of an assignment also the name, the subscript and the elements. */
export function wordParts({ parts, assignment }: Word): (readonly Part[])[] {
  if (!assignment) return [parts];
  const elements = assignment.elements ?? [];
  return [
    assignment.name,
    assignment.subscript ?? [],
    parts,
    ...elements.flatMap(({ subscript, word }) => [subscript ?? [], ...wordParts(word)]),
  ];
}

const redirectParts = (redirects: readonly Redirect[]): (readonly Part[])[] =>
  redirects.flatMap(({ target, document }) => [target.parts, document?.parts ?? []]);

/** Visits the commands of each substitution in a text. */
export function listsIn(parts: readonly Part[], visit: VisitList): void {
  for (const part of parts) {
    if (part.kind === 'substitution') visit(part.body);
    else for (const inner of partsInside(part)) listsIn(inner, visit);
  }
}

/** Texts inside an expansion. */
export function partsInside(part: Part): readonly (readonly Part[])[] {
  if (part.kind === 'parameter') return [part.name, part.subscript ?? [], part.operand];
  return part.kind === 'arithmetic' ? [part.expression] : [];
}

/** All values in a text, those in its substitutions included. */
export function valuesIn(parts: readonly Part[]): ValuePart[] {
  return parts.flatMap((part) => {
    if (part.kind === 'value') return [part];
    if (part.kind === 'substitution') return valuesInList(part.body);
    return partsInside(part).flatMap(valuesIn);
  });
}

export function valuesInList(body: List): ValuePart[] {
  const found: ValuePart[] = [];
  for (const { commands } of body) {
    for (const command of commands) {
      found.push(...partsOf(command).flatMap(valuesIn));
      for (const list of bodiesOf(command)) found.push(...valuesInList(list));
      if (command.kind === 'function' || command.kind === 'coprocess')
        found.push(...valuesInList(listOf(command.body)));
    }
  }
  return found;
}
