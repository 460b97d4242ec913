/** Loads all pipeline files below a path into one set of definitions, or says everything that is wrong with them. */

import { constants, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { PipelineDefinition } from '../domain/definition.js';
import { isInCheckout } from './files/checkouts.js';
import { isErrno } from './files/errno.js';
import { findFiles, type FoundFile, type PipelinesSource } from './files/find.js';
import { warnOfCheckouts, warnOfForeign, type ForeignFile } from './files/passed-over.js';
import { MAX_FILE_BYTES, MAX_PIPELINES } from './limits.js';
import type { ParsedFile } from './parse.js';
import { PipelinesError } from './pipelines.error.js';
import { type Parser, PARSER_HERE } from './threads/parser.js';

export interface LoadedPipelines {
  /** In the order of their files, and in these of their lines. */
  readonly pipelines: ReadonlyMap<string, PipelineDefinition>;
  readonly warnings: readonly string[];
  readonly files: readonly string[];
}

interface ReadFile {
  readonly file: string;
  readonly parsed: ParsedFile;
}

export async function loadPipelines(
  source: PipelinesSource,
  parser: Parser = PARSER_HERE,
): Promise<LoadedPipelines> {
  const { path, pattern } = source;
  const found = await findFiles(source);
  const read: ReadFile[] = [];
  const filesInCheckouts: string[] = [];
  const foreign: ForeignFile[] = [];
  for (const one of found.files) {
    const { file, isNamed } = one;
    const parsed = await readUnlessInCheckout(path, one, parser);
    if (parsed === null) filesInCheckouts.push(file);
    else if (parsed.notOurs !== null && !isNamed) foreign.push({ file, meant: parsed.notOurs.meant });
    else read.push({ file, parsed });
  }
  const files = read.map(({ file }) => file);
  const passedOver = [
    ...(await warnOfCheckouts(path, { ...found, filesInCheckouts, loaded: files })),
    ...warnOfForeign(path, foreign),
  ];
  const warnings = [...found.warnings, ...passedOver];
  if (files.length === 0 && passedOver.length === 0)
    warnings.push(`loading ${path}: no files match ${JSON.stringify(pattern)}`);
  for (const { parsed } of read) warnings.push(...parsed.warnings);
  const { pipelines, errors } = merge(read);
  if (errors.length > 0) throw new PipelinesError(errors, warnings);
  return { pipelines, warnings, files };
}

/** The same pipeline in two files is an error, which names both. */
function merge(files: readonly ReadFile[]) {
  const pipelines = new Map<string, PipelineDefinition>();
  const origins = new Map<string, string>();
  const errors: string[] = [];
  for (const { file, parsed } of files) {
    errors.push(...parsed.errors);
    for (const definition of parsed.definitions) {
      const { name } = definition;
      const origin = origins.get(name);
      if (origin === undefined) {
        origins.set(name, file);
        pipelines.set(name, definition);
      } else {
        const place = parsed.positions.get(name) ?? '';
        errors.push(
          `loading ${file}: pipeline ${JSON.stringify(name)} was already declared in ${origin} (${place})`,
        );
      }
    }
    if (pipelines.size > MAX_PIPELINES) {
      errors.push(`loading ${file}: more than ${MAX_PIPELINES} pipelines altogether`);
      break;
    }
  }
  return { pipelines, errors };
}

/**
 * null: the file belongs to a checkout. This is asked after reading, so that a checkout that appeared after the file
 * was found counts, too.
 */
async function readUnlessInCheckout(
  path: string,
  { file, isNamed }: FoundFile,
  parser: Parser,
): Promise<ParsedFile | null> {
  try {
    const bytes = await readBounded(file);
    if (!isNamed && (await isInCheckout(path, dirname(file)))) return null;
    return await parser.parse({ path: file, bytes });
  } catch (error) {
    const reason = reasonOf(error);
    if (reason === null) throw error;
    const errors = [`loading ${file}: ${reason}`];
    return { notOurs: null, definitions: [], positions: new Map(), errors, warnings: [] };
  }
}

/** One byte past the limit is enough for the parser to refuse the file, however large it is. */
async function readBounded(file: string): Promise<Uint8Array<ArrayBuffer>> {
  // Without O_NONBLOCK, opening a named pipe that took the file's place would wait for a writer.
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    if (!(await handle.stat()).isFile()) throw new NotAFile();
    const buffer = Buffer.alloc(MAX_FILE_BYTES + 1);
    let length = 0;
    for (;;) {
      const { bytesRead } = await handle.read(buffer, length, buffer.length - length);
      length += bytesRead;
      if (bytesRead === 0 || length === buffer.length) return buffer.subarray(0, length);
    }
  } finally {
    await handle.close();
  }
}

class NotAFile extends Error {}

function reasonOf(error: unknown): string | null {
  if (error instanceof NotAFile) return 'opening file: not a file';
  if (isErrno(error, 'EACCES', 'EPERM')) return 'opening file: permission denied';
  if (isErrno(error, 'ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG')) return 'opening file: no such file';
  if (isErrno(error, 'EISDIR', 'EIO', 'EMFILE', 'ENFILE', 'ENXIO')) return `reading file: ${String(error)}`;
  return null;
}
