/** How secrets are read: as they stand in a variable, or in a file that a container is given. */
import { readFileSync, statSync } from 'node:fs';
import type { Password } from './database/address.js';
import { Expected } from './expected.js';

const MAX_FILE_BYTES = 65_536;

export const withoutNul = (text: string): string => {
  if (text.includes('\0')) throw new Expected('a text without NUL');
  return text;
};

/** Returns what a file holds, without the end of its last line. */
export function textIn(file: string): string {
  let text: string;
  try {
    if (statSync(file).size > MAX_FILE_BYTES) throw new Expected(`a file of at most ${MAX_FILE_BYTES} bytes`);
    text = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    if (error instanceof Expected) throw error;
    throw new Expected('a file that is there and can be read');
  }
  if (text === '') throw new Expected('a file that is not empty');
  return withoutNul(text);
}

export const passwordIn = (text: string): Password => ({ kind: 'text', text: withoutNul(text) });

/** Looked at now, so that it is told with all else that is wrong. */
export function passwordFile(file: string): Password {
  textIn(file);
  return { kind: 'file', file };
}
