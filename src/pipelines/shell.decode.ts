/** Reads how the shell of a task begins: the keys `working_dir` and `shell_options` of a pipeline or a task. */

import { type Shell, SHELL_OPTIONS, type ShellOption } from '../domain/shell.js';
import { quote } from './limits.js';
import { entryOf, type Owner, placeOfKey, shown } from './owner.js';
import { readTexts, refuse } from './values.js';

export const SHELL_KEYS = ['working_dir', 'shell_options'];

/** As Linux. */
const MAX_PATH_BYTES = 4_095;

/** Returns what is set, as the key of a definition; nothing where nothing is. */
export function decodeShell(pipeline: string, owner: Owner): { readonly shell?: Partial<Shell> } {
  const workingDir = readFolder(pipeline, owner, 'working_dir');
  const options = readOptions(pipeline, owner, 'shell_options');
  const shell = {
    ...(workingDir === null ? {} : { workingDir }),
    ...(options === null ? {} : { options }),
  };
  return Object.keys(shell).length === 0 ? {} : { shell };
}

/** A path, relative to the folder of the file that it stands in. */
function readFolder(pipeline: string, owner: Owner, key: string): string | null {
  const value = entryOf(owner, key)?.value;
  if (value === undefined) return null;
  if (value.kind !== 'text') return refuse(owner, key, `must be a path, not ${shown(value)}`);
  const problem = pathProblem(value.text);
  if (problem === null) return owner.report.resolve(value.text);
  owner.report.invalid(placeOfKey(owner, key), pipeline, `${key} ${problem}`);
  return null;
}

function pathProblem(path: string): string | null {
  if (path === '') return 'must not be empty; "." is the folder of the file';
  if (path.startsWith('~')) return 'must not begin with ~, which is not expanded';
  if (path.includes('{{')) return 'must not contain {{, as it is no template';
  if (Buffer.byteLength(path) > MAX_PATH_BYTES) return `must have at most ${MAX_PATH_BYTES} bytes`;
  return null;
}

/** A task's list takes the place of its pipeline's; an empty one sets none. */
function readOptions(pipeline: string, owner: Owner, key: string): readonly ShellOption[] | null {
  if (entryOf(owner, key) === null) return null;
  const known: ShellOption[] = [];
  for (const text of readTexts(owner, key)) {
    const option = SHELL_OPTIONS.find((name) => name === text);
    if (option !== undefined) known.push(option);
    else {
      const problem = `${key} must be of ${SHELL_OPTIONS.join(', ')}, not ${quote(text)}`;
      owner.report.invalid(placeOfKey(owner, key), pipeline, problem);
    }
  }
  return SHELL_OPTIONS.filter((option) => known.includes(option));
}
