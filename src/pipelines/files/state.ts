/** What the pipeline files look like from outside: two equal states are files with equal contents. */

import { stat } from 'node:fs/promises';
import { findFiles, type PipelinesSource } from './find.js';
import { PipelinesError } from '../pipelines.error.js';

/** Equal states while a file is being written are possible only for as long as nothing of it is. */
export async function stateOfFiles(source: PipelinesSource): Promise<string> {
  try {
    const { files } = await findFiles(source);
    const states: string[] = [];
    for (const { file } of files) states.push(`${file} ${await stateOfFile(file)}`);
    return states.join('\n');
  } catch (error) {
    // A path that cannot be looked into is a state like any other.
    if (error instanceof PipelinesError) return error.message;
    throw error;
  }
}

/** The time of the last change of the inode, too: what is moved into place may be older than what was there. */
async function stateOfFile(file: string): Promise<string> {
  try {
    const { size, mtimeNs, ctimeNs } = await stat(file, { bigint: true });
    return `${size} ${mtimeNs} ${ctimeNs}`;
  } catch (error) {
    return String(error);
  }
}
