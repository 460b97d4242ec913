/** Variables as they are written on the command line: `key=text`, `key:=json`. */
import { wrongUsage } from './exit.js';

/** JSON as it was written, because a whole number may be larger than this language can hold. */
export type Variables = ReadonlyMap<string, string>;

export function withVariable(written: string, before: Variables): Variables {
  const at = written.indexOf('=');
  if (at < 0) throw wrongUsage(`-v ${written}: expected key=text or key:=json`);
  const isJson = written[at - 1] === ':';
  const key = written.slice(0, isJson ? at - 1 : at);
  const value = written.slice(at + 1);
  if (key === '') throw wrongUsage(`-v ${written}: there is no key`);
  if (before.has(key)) throw wrongUsage(`-v ${written}: there are two of "${key}"`);
  if (isJson && !isValidJson(value))
    throw wrongUsage(`-v ${written}: what follows := is no JSON; a text is written ${key}=…`);
  return new Map(before).set(key, isJson ? value : JSON.stringify(value));
}

function isValidJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** As JSON. */
export const objectOf = (variables: Variables): string =>
  `{${[...variables].map(([key, json]) => `${JSON.stringify(key)}:${json}`).join(',')}}`;

/** As they would be written. */
export const writtenOf = (variables: Readonly<Record<string, unknown>>): string[] =>
  Object.entries(variables).map(([key, value]) =>
    typeof value === 'string' ? `${key}=${value}` : `${key}:=${JSON.stringify(value)}`,
  );
