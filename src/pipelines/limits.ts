/** The bounds of what may stand in pipeline files, and how going past them is put into words. */

const KIB = 1024;

export const MAX_FILE_BYTES = KIB * KIB;
/** Of a file with its aliases and merges written out, so that a small file cannot stand for a huge one. */
export const MAX_EXPANDED_SIZE = 16 * KIB * KIB;
/** What a node counts for beside its text, so that many small ones reach the limit in a second too. */
export const NODE_SIZE = 16;
export const MAX_DEPTH = 100;
export const MAX_PIPELINES = 10_000;
export const MAX_TASKS = 5_000;
export const MAX_DEPENDENCIES = 50_000;
export const MAX_NAME_LENGTH = 200;
export const MAX_SCRIPT_BYTES = 256 * KIB;
export const MAX_SCRIPT_ENTRIES = 1_000;
/** Linux refuses a `name=value` of 128 KiB with its closing NUL (E2BIG). */
export const MAX_ENV_ENTRY_BYTES = 128 * KIB - 2;
/** All entries of one map: what the kernel takes altogether is shared with the server's own environment. */
export const MAX_ENV_BYTES = 512 * KIB;
/** Of one entry; what is longer is run all the same, but not looked over when it is loaded, which would take seconds. */
export const MAX_INSPECTED_LENGTH = 64 * KIB;
export const MAX_VARIABLES = 200;
/** As JSON; every job carries its pipeline's schemas. */
export const MAX_SCHEMA_BYTES = 64 * KIB;
export const MAX_SCHEMAS_BYTES = 256 * KIB;
/** Of a text that is compared with a pattern: bounds what a pattern with quadratic backtracking takes. */
export const MAX_MATCHED_LENGTH = 10_000;
/** For all variables of a schedule together. Ordinary ones take well under a millisecond. */
export const MAX_CHECK_MS = 1_000;
export const MAX_VARIABLE_PROBLEMS = 100;
/** Attempts after the first; what each of them printed is kept. */
export const MAX_RETRIES = 100;
/** What the database's integers hold. */
export const MAX_COUNT = 2_147_483_647;
export const MAX_PROBLEMS_PER_FILE = 1_000;

const SHOWN_LENGTH = 60;

export function quote(text: string, length = SHOWN_LENGTH): string {
  return JSON.stringify(text.length > length ? `${text.slice(0, length)}…` : text);
}

export function schemaSize(schema: Readonly<Record<string, unknown>>): number {
  return Buffer.byteLength(JSON.stringify(schema));
}

export function nameProblem(kind: 'pipeline' | 'task' | 'variable', name: string): string | null {
  if (name === '') return `the name of a ${kind} must not be empty`;
  if (name.length > MAX_NAME_LENGTH)
    return `${kind} name ${quote(name)} is longer than ${MAX_NAME_LENGTH} characters`;
  if (/\p{Cc}/u.test(name)) return `${kind} name ${quote(name)} contains control characters`;
  return null;
}

export function scriptProblem(of: string, script: readonly string[]): string | null {
  if (script.length > MAX_SCRIPT_ENTRIES)
    return `script of ${of} has more than ${MAX_SCRIPT_ENTRIES} entries`;
  const size = script.reduce((sum, entry) => sum + Buffer.byteLength(entry), 0);
  return size > MAX_SCRIPT_BYTES ? `script of ${of} is larger than ${MAX_SCRIPT_BYTES / KIB} KiB` : null;
}

export function envNameProblem(of: string, name: string): string | null {
  if (name === '') return `env of ${of} has an empty name`;
  if (name.includes('=')) return `env name ${quote(name)} of ${of} must not contain "="`;
  if (/\p{Cc}/u.test(name)) return `env name ${quote(name)} of ${of} contains control characters`;
  return null;
}

export function envSizeProblem(of: string, env: Readonly<Record<string, string>>): string | null {
  let total = 0;
  for (const [name, value] of Object.entries(env)) {
    const size = Buffer.byteLength(name) + 1 + Buffer.byteLength(value);
    if (size > MAX_ENV_ENTRY_BYTES) return `env ${quote(name)} of ${of} is larger than 128 KiB`;
    total += size;
  }
  return total > MAX_ENV_BYTES ? `env of ${of} is larger than ${MAX_ENV_BYTES / KIB} KiB` : null;
}
