/**
 * Parses bash, strictly: text of which it is not certain that bash reads it the same way is a NotUnderstood. The
 * grammar is that of bash 5.2; what other versions read in another way is not understood either, where known.
 */

import { readCommand, readList } from './commands.js';
import { readDollar } from './parameters.js';
import { Reader, type Collected } from './reader.js';
import type { List, Script } from '../syntax.js';
import { View } from '../view.js';

/**
 * Parses a script.
 *
 * @param values the numbers of the values by their positions in the text, where a MARK stands
 * @throws NotUnderstood
 */
export function parseScript(text: string, values: ReadonlyMap<number, number>): Script {
  const { body, collected } = parseView(View.of(text), values, false);
  return { body, comments: collected.comments, documents: collected.documents };
}

/** Parses code inside a script, such as the argument of `eval`. */
export function parseCode(view: View, values: ReadonlyMap<number, number>): List {
  return parseView(view, values, true).body;
}

function parseView(
  view: View,
  values: ReadonlyMap<number, number>,
  isCode: boolean,
): { body: List; collected: Collected } {
  const grammar = { list: readList, command: readCommand, dollar: readDollar };
  const collected: Collected = { values, isCode, comments: [], documents: [], grammar };
  const reader = new Reader(view, collected);
  const body = readList(reader, {});
  if (reader.pending.length > 0) reader.fail('a here-document has no body');
  return { body, collected };
}
