/** The fields of a start form, out of what a pipeline declares, and the variables out of what was filled in. */
import type { DeclaredVariable, Schema, Variables } from '../api/types.js';
import { problemOf } from './limits.js';

/** `any`: nothing says what it has to be, so whoever fills it in does. */
export type Kind = 'text' | 'number' | 'boolean' | 'choice' | 'json' | 'any';

export interface Field {
  readonly name: string;
  readonly kind: Kind;
  readonly required: boolean;
  readonly declared: boolean;
  readonly description: string;
  readonly schema: Schema;
  /** As it would be typed; null: none. */
  readonly standard: string | null;
  /** Of a choice: as JSON, because `1` and `"1"` are two. */
  readonly choices: readonly unknown[];
}

export interface Filled {
  readonly text: string;
  /** Of an `any`: whether the text is JSON. */
  readonly json: boolean;
}

export function fieldsOf(
  declared: Readonly<Record<string, DeclaredVariable>>,
  seen: readonly string[],
): Field[] {
  const fields = Object.entries(declared).map(([name, variable]) => fieldOf(name, variable));
  const others = seen
    .filter((name) => !Object.hasOwn(declared, name) && !name.startsWith('__'))
    .map(undeclared);
  return [...fields.sort((one, other) => Number(other.required) - Number(one.required)), ...others];
}

export const undeclared = (name: string): Field => ({
  name,
  kind: 'any',
  required: false,
  declared: false,
  description: '',
  schema: {},
  standard: null,
  choices: [],
});

function fieldOf(name: string, { schema, required }: DeclaredVariable): Field {
  const choices = Array.isArray(schema['enum']) ? (schema['enum'] as unknown[]) : [];
  const kind = choices.length > 0 ? 'choice' : kindOf(schema);
  const { description, default: standard } = schema;
  return {
    name,
    kind,
    required: required && standard === undefined,
    declared: true,
    description: typeof description === 'string' ? description : '',
    schema,
    standard: standard === undefined ? null : typed(standard, kind),
    choices,
  };
}

function kindOf({ type }: Schema): Kind {
  switch (type) {
    case 'string':
      return 'text';
    case 'integer':
    case 'number':
      return 'number';
    case 'boolean':
      return 'boolean';
    case 'array':
    case 'object':
      return 'json';
    default:
      return 'any';
  }
}

const typed = (value: unknown, kind: Kind): string =>
  typeof value === 'string' && kind !== 'choice' && kind !== 'json' ? value : JSON.stringify(value);

/** What a field begins with, for a job that is to be like another one. */
export function filledWith(field: Field, value: unknown): Filled {
  if (value === undefined) return { text: '', json: false };
  return { text: typed(value, field.kind), json: field.kind === 'any' && typeof value !== 'string' };
}

export type Read = { readonly variables: Variables } | { readonly wrong: ReadonlyMap<string, string> };

/** What was left empty is left out, so that its default counts. */
export function readFields(fields: readonly Field[], filled: ReadonlyMap<string, Filled>): Read {
  const variables: [string, unknown][] = [];
  const wrong = new Map<string, string>();
  for (const field of fields) {
    const { text, json } = filled.get(field.name) ?? { text: '', json: false };
    if (text.trim() === '' && !(field.required && field.kind === 'text' && text !== '')) {
      if (field.required) wrong.set(field.name, 'Needed to start');
      continue;
    }
    const value = valueOf(field.kind, text, json);
    const problem = value === undefined ? unread(field.kind) : problemOf(field.schema, value);
    if (problem !== null) wrong.set(field.name, problem);
    else variables.push([field.name, value]);
  }
  // Not by assignment, to which `__proto__` is something else.
  return wrong.size > 0 ? { wrong } : { variables: Object.fromEntries(variables) };
}

const unread = (kind: Kind) => (kind === 'number' ? 'Not a number' : 'Not JSON');

/** undefined: it cannot be read. */
function valueOf(kind: Kind, text: string, json: boolean): unknown {
  if (kind === 'text' || (kind === 'any' && !json)) return text;
  try {
    const value: unknown = JSON.parse(text);
    return kind === 'number' && typeof value !== 'number' ? undefined : value;
  } catch {
    return undefined;
  }
}
