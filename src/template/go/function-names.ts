/** The functions a template may call: Go's built-in ones without `call`, `default`, and `raw`. */

const NAMES = [
  'and', 'or', 'not', 'eq', 'ne', 'lt', 'le', 'gt', 'ge', 'index', 'slice', 'len', 'print', 'printf', 'println', 'html',
  'js', 'urlquery', 'default', 'raw',
] as const; // prettier-ignore

export type FunctionName = (typeof NAMES)[number];

export const FUNCTION_NAMES: ReadonlySet<string> = new Set(NAMES);

export function isFunctionName(name: string): name is FunctionName {
  return FUNCTION_NAMES.has(name);
}
