/** Variables of a job from the command line: `key=text`, or `key:=JSON`. */
import { CommandError } from './exit-codes.js';

/** Later ones of the same name count. Throws a `CommandError`. */
export function variablesIn(words: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(words.map(variableIn));
}

function variableIn(word: string): [string, unknown] {
  const [, key = '', json, value = ''] = /^([^=]*?)(:?)=(.*)$/s.exec(word) ?? [];
  if (key === '') throw new CommandError(`expected key=value or key:=JSON; found "${word}"`);
  if (json !== ':') return [key, value];
  try {
    return [key, JSON.parse(value)];
  } catch {
    throw new CommandError(`${key}:= expects JSON; found "${value}" (${key}=${value} is a text)`);
  }
}
