/** JSON that is sent while it is read. */
import { StreamableFile } from '@nestjs/common';
import { begun } from './begun.js';

export async function streamJson(pieces: AsyncGenerator<string>): Promise<StreamableFile> {
  return new StreamableFile(await begun(pieces), { type: 'application/json; charset=utf-8' });
}
