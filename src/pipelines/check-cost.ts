/** Tells beforehand whether variables can be checked in a short time, whatever their values are. */

import type { VariableDefinition } from '../domain/definition.js';
import { holdsOf } from './schema.keywords.js';

/** Schema nodes times value nodes, of all variables. As many take some 5 ms at worst, where each value is wrong. */
const MAX_CHEAP_WORK = 3_000;
/** Schema nodes of all variables. So many are compiled in some 20 ms, once for a definition. */
const MAX_CHEAP_SCHEMA = 200;
/** Compiling a schema costs as much as so many nodes. */
const SCHEMA_NODES = 4;
/** Characters of a text that take as long to check as one more value. */
const NODE_CHARACTERS = 64;

/** Formats whose regular expressions are anchored and never backtrack far. */
const CHEAP_FORMATS = [
  ...['date', 'time', 'date-time', 'uuid', 'ipv4'],
  ...['int32', 'int64', 'float', 'double', 'password', 'binary'],
];

/**
 * Keywords whose time is not bounded by the sizes of schema and value alone: regular expressions may try each way to
 * match, references may lead to a place again and again, and what is unevaluated is found by evaluating twice.
 */
const EXPENSIVE = ['pattern', 'patternProperties', '$ref', 'unevaluatedItems', 'unevaluatedProperties'];

interface SchemaCost {
  readonly nodes: number;
  /** Whether each value may be compared with each other value. */
  readonly isSquare: boolean;
}

type Declared = Readonly<Record<string, VariableDefinition>>;

/** Costs of each variable; null: the declaration is not cheap. A loaded declaration is the same object until it changes. */
const known = new WeakMap<Declared, ReadonlyMap<string, SchemaCost> | null>();

/** `given`: the values by name, of which those that are not declared are not checked. */
export function isCheapToCheck(declared: Declared, given: Readonly<Record<string, unknown>>): boolean {
  const costs = costsOf(declared);
  if (costs === null) return false;
  let left = MAX_CHEAP_WORK;
  for (const [name, { nodes, isSquare }] of costs) {
    if (!Object.hasOwn(given, name)) continue;
    const most = left / nodes;
    const values = nodesOf(given[name], isSquare ? Math.sqrt(most) : most);
    left -= nodes * (isSquare ? values * values : values);
    if (left < 0) return false;
  }
  return true;
}

function costsOf(declared: Declared): ReadonlyMap<string, SchemaCost> | null {
  const found = known.get(declared);
  if (found !== undefined) return found;
  const costs = new Map<string, SchemaCost>();
  let left = MAX_CHEAP_SCHEMA;
  for (const [name, { schema }] of Object.entries(declared)) {
    const cost = schemaCost(schema, SCHEMA_NODES);
    left -= cost?.nodes ?? Infinity;
    if (cost !== null) costs.set(name, cost);
  }
  const cheap = left < 0 ? null : costs;
  known.set(declared, cheap);
  return cheap;
}

/** Each schema in a tree of schemas meets each value at most once, so that the product bounds the work. */
function schemaCost(schema: unknown, nodes = 1): SchemaCost | null {
  if (typeof schema !== 'object' || schema === null) return { nodes, isSquare: false };
  const costs = Object.entries(schema).map(([keyword, value]) => keywordCost(keyword, value));
  return sum([{ nodes, isSquare: false }, ...costs]);
}

function keywordCost(keyword: string, value: unknown): SchemaCost | null {
  if (EXPENSIVE.includes(keyword)) return null;
  if (keyword === 'format' && !CHEAP_FORMATS.includes(String(value))) return null;
  switch (holdsOf(keyword)) {
    case 'schema':
      return schemaCost(value);
    case 'list':
    case 'map':
      return sum(Object.values(value as object).map((one: unknown) => schemaCost(one)));
    case 'data':
      return { nodes: nodesOf(value), isSquare: keyword === 'uniqueItems' && value === true };
    case undefined:
      return null;
  }
}

function sum(costs: readonly (SchemaCost | null)[]): SchemaCost | null {
  let [nodes, isSquare] = [0, false];
  for (const cost of costs) {
    if (cost === null) return null;
    nodes += cost.nodes;
    isSquare ||= cost.isSquare;
  }
  return { nodes, isSquare };
}

/** How many values there are in one, itself included. Counts no further than a little past `most`. */
function nodesOf(value: unknown, most = Infinity): number {
  if (typeof value === 'string') return 1 + value.length / NODE_CHARACTERS;
  if (typeof value !== 'object' || value === null) return 1;
  let nodes = 1;
  for (const [key, item] of Array.isArray(value) ? value.entries() : Object.entries(value)) {
    if (nodes > most) break;
    nodes += nodesOf(item, most - nodes) + (typeof key === 'string' ? key.length / NODE_CHARACTERS : 0);
  }
  return nodes;
}
