/** Loads all pipeline files below a path into one set of definitions, or says everything that is wrong with them. */

import { open } from 'node:fs/promises';
import type { PipelineDefinition } from '../domain/definition.js';
import { findFiles, type PipelinesSource } from './files/find.js';
import { MAX_FILE_BYTES, MAX_PIPELINES } from './limits.js';
import { parsePipelines, type ParsedFile } from './parse.js';
import { PipelinesError } from './pipelines.error.js';
import { isErrno } from './files/walk.js';

export interface LoadedPipelines {
  /** In the order of their files, and in these of their lines. */
  readonly pipelines: ReadonlyMap<string, PipelineDefinition>;
  readonly warnings: readonly string[];
  readonly files: readonly string[];
}

export async function loadPipelines({ path, pattern }: PipelinesSource): Promise<LoadedPipelines> {
  const { files, warnings: found } = await findFiles(path, pattern);
  const pipelines = new Map<string, PipelineDefinition>();
  const origins = new Map<string, string>();
  const errors: string[] = [];
  const warnings = [...found];
  if (files.length === 0) warnings.push(`loading ${path}: no files match ${JSON.stringify(pattern)}`);

  for (const file of files) {
    const parsed = await parseFile(file);
    errors.push(...parsed.errors);
    warnings.push(...parsed.warnings);
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
  if (errors.length > 0) throw new PipelinesError(errors, warnings);
  return { pipelines, warnings, files };
}

async function parseFile(file: string): Promise<ParsedFile> {
  try {
    return parsePipelines(file, await readBounded(file));
  } catch (error) {
    const reason = reasonOf(error);
    if (reason === null) throw error;
    return { definitions: [], positions: new Map(), errors: [`loading ${file}: ${reason}`], warnings: [] };
  }
}

/** One byte past the limit is enough for the parser to refuse the file, however large it is. */
async function readBounded(file: string): Promise<Uint8Array> {
  const handle = await open(file);
  try {
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

function reasonOf(error: unknown): string | null {
  if (isErrno(error, 'EACCES', 'EPERM')) return 'opening file: permission denied';
  if (isErrno(error, 'ENOENT', 'ELOOP')) return 'opening file: no such file';
  if (isErrno(error, 'EISDIR', 'EIO', 'EMFILE', 'ENFILE', 'ENXIO')) return `reading file: ${String(error)}`;
  return null;
}
