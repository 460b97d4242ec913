/** Goes through a variable's schema in its file, and says which of its keywords cannot be what was meant. */

import { fullFormats } from 'ajv-formats/dist/formats.js';
import { nearest } from '../domain/nearest.js';
import { quote } from './limits.js';
import { shown } from './owner.js';
import { pathText } from './schema.words.js';
import { isNull, placeOf, type Tree, type TreeEntry } from './tree.js';
import type { VariableFindings } from './variable.findings.js';

/** What a keyword's value is: one schema, a list of them, a map of them, or data. */
type Holds = 'schema' | 'list' | 'map' | 'data';

const KEYWORDS: ReadonlyMap<string, Holds> = new Map<string, Holds>([
  ...of('data', 'type', 'enum', 'const', 'default', 'title', 'description', 'examples', 'deprecated'),
  ...of('data', 'pattern', 'format', 'minLength', 'maxLength', 'contentEncoding', 'contentMediaType'),
  ...of('data', 'minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'),
  ...of('data', 'minItems', 'maxItems', 'uniqueItems', 'minContains', 'maxContains'),
  ...of('data', 'required', 'minProperties', 'maxProperties', 'dependentRequired'),
  ...of('data', 'readOnly', 'writeOnly', '$comment', '$ref'),
  ...of('schema', 'items', 'contains', 'unevaluatedItems'),
  ...of('schema', 'additionalProperties', 'propertyNames', 'unevaluatedProperties'),
  ...of('schema', 'not', 'if', 'then', 'else'),
  ...of('list', 'prefixItems', 'allOf', 'anyOf', 'oneOf'),
  ...of('map', 'properties', 'patternProperties', 'dependentSchemas', '$defs'),
]);

export const holdsOf = (keyword: string): Holds | undefined => KEYWORDS.get(keyword);

export const TYPES = ['string', 'number', 'integer', 'boolean', 'array', 'object', 'null'];

function of(holds: Holds, ...keywords: string[]): [string, Holds][] {
  return keywords.map((keyword) => [keyword, holds]);
}

/** What is no map is left to the check of the whole, which knows what must be one. */
export function checkKeywords(schema: Tree, findings: VariableFindings, path: readonly string[] = []): void {
  if (schema.kind !== 'map') return;
  for (const [keyword, entry] of schema.entries) {
    const holds = KEYWORDS.get(keyword);
    if (holds === undefined) findings.error(entry.at, unknownKeyword(keyword, path));
    else checkValue(keyword, entry, findings, path);

    const { value } = entry;
    const here = [...path, keyword];
    if (holds === 'schema') checkKeywords(value, findings, here);
    if (holds === 'list' && value.kind === 'list')
      for (const [index, item] of value.items.entries())
        checkKeywords(item, findings, [...here, String(index)]);
    if (holds === 'map' && value.kind === 'map')
      for (const [key, { value: item }] of value.entries) checkKeywords(item, findings, [...here, key]);
  }
}

function unknownKeyword(keyword: string, path: readonly string[]): string {
  const meant = nearest(keyword, KEYWORDS.keys());
  const hint = meant === null ? 'known are those of JSON Schema (draft 2020-12)' : `did you mean "${meant}"?`;
  return `unknown keyword ${quote(keyword)}${path.length > 0 ? ` in ${pathText(path)}` : ''}, ${hint}`;
}

function checkValue(
  keyword: string,
  entry: TreeEntry,
  findings: VariableFindings,
  path: readonly string[],
): void {
  const { value } = entry;
  const at = placeOf(entry);
  const what = pathText([...path, keyword]);
  switch (keyword) {
    case 'type':
      for (const type of value.kind === 'list' ? value.items : [value]) {
        const problem = typeProblem(type);
        if (problem !== null) findings.error(type === value ? at : type.at, problem);
      }
      break;
    case 'format':
      if (value.kind === 'text' && !Object.hasOwn(fullFormats, value.text))
        findings.error(at, unknownWord('format', value.text, Object.keys(fullFormats)));
      break;
    case 'pattern':
      if (value.kind === 'text') checkPattern(what, value.text, at, findings);
      break;
    case 'patternProperties':
      if (value.kind === 'map')
        for (const [pattern, property] of value.entries) checkPattern(what, pattern, property.at, findings);
      break;
    case 'required':
      if (value.kind === 'text')
        findings.error(at, `${what} must be a list of the keys that must be there, not ${shown(value)}`);
      break;
    case '$ref':
      if (value.kind === 'text' && !value.text.startsWith('#'))
        findings.error(at, `${what} must begin with "#", as it can only be a part of the same variable`);
      break;
    case 'default':
      if (path.length > 0)
        findings.warning(entry.at, `${what} has no effect, only the default of the variable itself has`);
      break;
  }
}

/** What other languages call them. */
const MEANT: ReadonlyMap<string, string> = new Map([
  ...['str', 'text'].map((word) => [word, 'string'] as const),
  ...['float', 'double'].map((word) => [word, 'number'] as const),
  ...['map', 'dict'].map((word) => [word, 'object'] as const),
  ['int', 'integer'],
  ['bool', 'boolean'],
  ['list', 'array'],
]);

function typeProblem(type: Tree): string | null {
  if (type.kind !== 'text') return null;
  if (isNull(type)) return 'the type null needs quotes: "null"';
  return TYPES.includes(type.text) ? null : unknownType(type.text);
}

export function unknownType(word: string): string {
  return unknownWord('type', word, TYPES, MEANT.get(word.toLowerCase()));
}

function unknownWord(
  what: string,
  word: string,
  known: readonly string[],
  meant = nearest(word, known),
): string {
  const hint = meant === null ? `known are ${known.join(', ')}` : `did you mean "${meant}"?`;
  return `unknown ${what} ${quote(word)}, ${hint}`;
}

/** As ajv compiles them, in Unicode mode. */
function checkPattern(what: string, pattern: string, at: number, findings: VariableFindings): void {
  try {
    new RegExp(pattern, 'u');
  } catch (error) {
    const reason = (error as Error).message.replace(/^.*: /s, '');
    findings.error(at, `${what} is not a regular expression: ${reason}`);
  }
}
