/** Puts what ajv finds into words: where in the value, and what it must be instead. Values of callers are never repeated. */

import type { ErrorObject } from 'ajv';
import { quote } from './limits.js';

const MAX_LISTED_LENGTH = 300;
/** A list of a million wrong items is not worth a million words. */
const MAX_ERRORS_READ = 1_000;

export interface Found {
  /** Keys and indices from the value to what is wrong in it. */
  readonly path: readonly string[];
  /** "must be string". */
  readonly words: string;
}

interface Read extends Found {
  readonly schemaPath: string;
}

/** `hosts[0].name` */
export function pathText(path: readonly string[]): string {
  return path
    .map((key, index) => {
      if (/^[0-9]+$/.test(key)) return `[${key}]`;
      if (!/^[\w$]{1,60}$/.test(key)) return `[${quote(key)}]`;
      return index > 0 ? `.${key}` : key;
    })
    .join('');
}

export function sentence({ path, words }: Found): string {
  return path.length > 0 ? `${pathText(path)} ${words}` : words;
}

export function read(errors: readonly ErrorObject[]): Found[] {
  const found: Read[] = [];
  for (const error of errors.slice(0, MAX_ERRORS_READ)) {
    // Both only repeat that there were the errors before them.
    if (error.keyword === 'if' || (error.keyword === 'propertyNames' && found.length > 0)) continue;
    const path = keysOf(error.instancePath);
    found.push({
      path,
      schemaPath: error.schemaPath,
      words: alternatives(error, path.length, found) ?? words(error),
    });
  }
  return found;
}

export function keysOf(jsonPointer: string): string[] {
  return jsonPointer
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The errors of the branches of anyOf and oneOf come right before the one of the keyword itself: takes them out of `found`. */
function alternatives({ keyword, schemaPath }: ErrorObject, depth: number, found: Read[]): string | null {
  if (keyword !== 'anyOf' && keyword !== 'oneOf') return null;
  const branches: string[] = [];
  for (;;) {
    const last = found.at(-1);
    if (last?.schemaPath.startsWith(`${schemaPath}/`) !== true) break;
    branches.unshift(sentence({ path: last.path.slice(depth), words: last.words }));
    found.pop();
  }
  return branches.length > 0 ? shorten([...new Set(branches)].join(', or ')) : null;
}

function words(error: ErrorObject): string {
  const key =
    error.propertyName === undefined ? '' : `must not have the key ${quote(error.propertyName)}: it `;
  return key + requirement(error);
}

function requirement({ keyword, params, message = 'does not fit' }: ErrorObject): string {
  const known = params as Readonly<Record<string, unknown>>;
  switch (keyword) {
    case 'type':
      return `must be ${[known['type']].flat().join(' or ')}`;
    case 'enum':
      return `must be one of ${list(known['allowedValues'])}`;
    case 'const':
      return `must be ${list([known['allowedValue']])}`;
    case 'required':
      return `must have the key ${quote(String(known['missingProperty']))}`;
    case 'additionalProperties':
    case 'unevaluatedProperties':
      return `must not have the key ${quote(String(known['additionalProperty'] ?? known['unevaluatedProperty']))}`;
    case 'minLength':
      return `must have at least ${count(known['limit'], 'character')}`;
    case 'maxLength':
      return `must have at most ${count(known['limit'], 'character')}`;
    case 'minItems':
      return `must have at least ${count(known['limit'], 'item')}`;
    case 'maxItems':
      return `must have at most ${count(known['limit'], 'item')}`;
    case 'minProperties':
      return `must have at least ${count(known['limit'], 'key')}`;
    case 'maxProperties':
      return `must have at most ${count(known['limit'], 'key')}`;
    case 'pattern':
      return `must match the pattern ${shorten(String(known['pattern']))}`;
    case 'format':
      return `must have the format ${String(known['format'])}`;
    case 'multipleOf':
      return `must be a multiple of ${String(known['multipleOf'])}`;
    case 'uniqueItems':
      return `must not have the same item twice, as ${String(known['j'])} and ${String(known['i'])} are`;
    case 'not':
      return 'must not be what the schema excludes with "not"';
    case 'false schema':
      return 'is not allowed';
    default:
      return shorten(message.replace('NOT', 'not'));
  }
}

function count(limit: unknown, what: string): string {
  return `${String(limit)} ${what}${limit === 1 ? '' : 's'}`;
}

function list(values: unknown): string {
  return shorten(
    [values]
      .flat()
      .map((value) => JSON.stringify(value))
      .join(', '),
  );
}

function shorten(text: string): string {
  return text.length > MAX_LISTED_LENGTH ? `${text.slice(0, MAX_LISTED_LENGTH)}…` : text;
}
