/** Reads a part of the file as JSON: texts that are not quoted mean what YAML 1.2 says they do. */

import { isNull, type Tree } from './tree.js';
import type { VariableFindings } from './variable.findings.js';

const WHOLE = /^[-+]?[0-9]+$|^0x[0-9a-fA-F]+$|^0o[0-7]+$/;
const FRACTION = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/;
const NOT_IN_JSON = /^([-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$/;

/** A value that JSON has not is refused, and read as null. */
export function readJson(tree: Tree, findings: VariableFindings): unknown {
  if (tree.kind === 'list') return tree.items.map((item) => readJson(item, findings));
  if (tree.kind === 'map')
    // Not by assignment, which would lose a key called __proto__.
    return Object.fromEntries([...tree.entries].map(([key, { value }]) => [key, readJson(value, findings)]));

  const { at, text, plain } = tree;
  if (!plain) return text;
  if (isNull(tree)) return null;
  if (/^(true|True|TRUE)$/.test(text)) return true;
  if (/^(false|False|FALSE)$/.test(text)) return false;
  if (!WHOLE.test(text) && !FRACTION.test(text) && !NOT_IN_JSON.test(text)) return text;

  const value = Number(text);
  const exact = WHOLE.test(text) ? Number.isSafeInteger(value) : Number.isFinite(value);
  if (exact) return value;
  const reason = NOT_IN_JSON.test(text) ? 'does not exist in JSON' : 'is too large to be exact';
  findings.error(at, `the number ${text} ${reason}, in quotes it is a text`);
  return null;
}
