/** JSON that is sent while it is read. */
import { StreamableFile } from '@nestjs/common';
import { begun } from './begun.js';

export async function streamJson(pieces: AsyncGenerator<string | Uint8Array>): Promise<StreamableFile> {
  const { stream, length } = await begun(pieces);
  const type = 'application/json; charset=utf-8';
  return new StreamableFile(stream, length === null ? { type } : { type, length });
}
