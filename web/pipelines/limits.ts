/** What a variable's schema asks of its value, as far as the page can say it beforehand; all of it is the service's to check. */
import type { Schema } from '../api/types.js';

interface Rule {
  readonly keyword: string;
  readonly text: (limit: number) => string;
  /** Of what it does not speak about, true. */
  readonly holds: (value: unknown, limit: number) => boolean;
}

const ofNumbers = (fits: (value: number, limit: number) => boolean) => (value: unknown, limit: number) =>
  typeof value !== 'number' || fits(value, limit);
/** As JSON Schema counts them: an emoji is one. */
const ofTexts = (fits: (length: number, limit: number) => boolean) => (value: unknown, limit: number) =>
  typeof value !== 'string' || fits(Array.from(value).length, limit);
const characters = (count: number) => `${count} ${count === 1 ? 'character' : 'characters'}`;

const RULES: readonly Rule[] = [
  {
    keyword: 'minimum',
    text: (limit) => `at least ${limit}`,
    holds: ofNumbers((value, limit) => value >= limit),
  },
  {
    keyword: 'exclusiveMinimum',
    text: (limit) => `more than ${limit}`,
    holds: ofNumbers((value, limit) => value > limit),
  },
  {
    keyword: 'maximum',
    text: (limit) => `at most ${limit}`,
    holds: ofNumbers((value, limit) => value <= limit),
  },
  {
    keyword: 'exclusiveMaximum',
    text: (limit) => `less than ${limit}`,
    holds: ofNumbers((value, limit) => value < limit),
  },
  {
    keyword: 'minLength',
    text: (limit) => `at least ${characters(limit)}`,
    holds: ofTexts((length, limit) => length >= limit),
  },
  {
    keyword: 'maxLength',
    text: (limit) => `at most ${characters(limit)}`,
    holds: ofTexts((length, limit) => length <= limit),
  },
];

const TYPES: Readonly<
  Record<string, { readonly text: string; readonly holds: (value: unknown) => boolean }>
> = {
  integer: { text: 'a whole number', holds: (value) => Number.isInteger(value) },
  array: { text: 'a list, as JSON', holds: Array.isArray },
  object: {
    text: 'an object, as JSON',
    holds: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  },
};

const typeOf = ({ type }: Schema) =>
  typeof type === 'string' && Object.hasOwn(TYPES, type) ? TYPES[type] : undefined;

const rulesOf = (schema: Schema) =>
  RULES.flatMap(({ keyword, text, holds }) => {
    const limit = schema[keyword];
    return typeof limit === 'number'
      ? [{ text: text(limit), holds: (value: unknown) => holds(value, limit) }]
      : [];
  });

/** For who fills it in: "a whole number, at least 1, at most 10". */
export function limitsOf(schema: Schema): string {
  const { pattern, format } = schema;
  const parts = [
    typeOf(schema)?.text,
    typeof format === 'string' ? format : undefined,
    typeof pattern === 'string' ? `matches ${pattern}` : undefined,
    ...rulesOf(schema).map(({ text }) => text),
  ];
  return parts.filter((part) => part !== undefined).join(', ');
}

/** The first thing; null: nothing. Not a pattern, which may take for ever, and which the service gives up in time. */
export function problemOf(schema: Schema, value: unknown): string | null {
  const type = typeOf(schema);
  const broken = [...(type === undefined ? [] : [type]), ...rulesOf(schema)].find(
    ({ holds }) => !holds(value),
  );
  return broken === undefined ? null : `Must be ${broken.text}`;
}
