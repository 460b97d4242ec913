/** Finds the bash that tasks run in, by the service's PATH: a task's own may lead elsewhere. */
import { accessSync, constants as modes } from 'node:fs';
import { delimiter, join } from 'node:path';

export const findBash = (path = ''): string =>
  path
    .split(delimiter)
    .map((place) => join(place, 'bash'))
    .find(isProgram) ?? 'bash';

function isProgram(file: string): boolean {
  try {
    accessSync(file, modes.X_OK);
    return true;
  } catch {
    return false;
  }
}
