/** Reads a setting that names a file. */
import { accessSync, constants } from 'node:fs';
import { resolve } from 'node:path';
import { Expected } from './expected.js';

/** Returns its absolute path. Looked at now, so that it is told with all else that is wrong. */
export function readableFile(text: string): string {
  const file = resolve(text);
  try {
    accessSync(file, constants.R_OK);
  } catch {
    throw new Expected('a file that is there and can be read');
  }
  return file;
}
