/** A script with marks where values stand, and how bash reads it. */

import { parseScript } from './bash/grammar/parse.js';
import { NotUnderstood } from './bash/grammar/reader.js';
import { PREFIX } from './bash/meaning/names.js';
import type { Script, Site } from './bash/syntax.js';
import { valuesInList } from './bash/traverse.js';
import { MARK } from './bash/view.js';
import type { Piece } from './go/evaluate.js';
import { executionError } from './go/failure.js';
import type { ActionNode } from './go/nodes.js';
import { wellFormed } from './go/quote.js';

export interface OutlineValue {
  readonly text: string;
  readonly origin: ActionNode;
  /** Position of its mark. */
  readonly at: number;
}

export interface Outline {
  readonly source: string;
  readonly text: string;
  readonly values: readonly OutlineValue[];
}

export interface Reading {
  readonly script: Script;
  /** One of each value, in their order. */
  readonly sites: readonly Site[];
}

/** @throws TemplateError for a value or a text that no shell can be handed */
export function outlineOf(source: string, pieces: readonly Piece[]): Outline {
  const values: OutlineValue[] = [];
  const parts: string[] = [];
  let at = 0;
  for (const { text, origin, raw } of pieces) {
    const written = origin ? checked(source, text, origin) : text;
    const isValue = origin !== undefined && raw !== true;
    if (isValue) values.push({ text: written, origin, at });
    parts.push(isValue ? MARK : written);
    at += isValue ? 1 : written.length;
  }
  return { source, text: parts.join(''), values };
}

function checked(source: string, text: string, origin: ActionNode): string {
  if (text.includes('\0'))
    throw executionError(source, origin.pipe, 'a value with a NUL byte cannot be handed to a shell');
  return wellFormed(text);
}

/** Returns how bash reads the script, or why that is not certain. */
export function read(text: string, marks: readonly number[]): Reading | NotUnderstood {
  const reserved = text.indexOf(PREFIX);
  if (reserved >= 0) return new NotUnderstood(reserved, `names that begin with ${PREFIX} are reserved`);
  return readPlaced(text, marks);
}

/** As `read`, of a script that may have references in it. */
export function readPlaced(text: string, marks: readonly number[]): Reading | NotUnderstood {
  try {
    const script = parseScript(text, new Map(marks.map((at, index) => [at, index])));
    const sites = [...valuesInList(script.body).map(({ site }) => site), ...script.comments];
    const found = new Map(sites.map((site) => [site.index, site]));
    if (found.size !== marks.length) return new NotUnderstood(0, 'a value was not found again');
    return { script, sites: [...found.values()] };
  } catch (error) {
    if (error instanceof NotUnderstood) return error;
    throw error;
  }
}
