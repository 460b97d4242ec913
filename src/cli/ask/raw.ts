/** Reads a task's output as it was written, whole or a part of it. */
import { Refused } from '../exit.js';
import type { Stream } from './answers.js';
import type { Service } from './service.js';

export interface Output {
  readonly id: string;
  readonly task: string;
  /** Without it the last one. */
  readonly attempt?: number | undefined;
  readonly stream: Stream;
}

const PATH = 'job/logs/raw';
/** A part of what is compressed would be a part of nothing. */
const AS_WRITTEN = { 'accept-encoding': 'identity' };

export async function* readOutput(service: Service, output: Output): AsyncGenerator<Uint8Array> {
  const response = await service.open(PATH, { query: { ...output }, headers: AS_WRITTEN });
  for await (const bytes of response.body ?? []) yield bytes as Uint8Array;
}

export interface Part {
  readonly bytes: Buffer;
  /** Whether there is something before it. */
  readonly isCut: boolean;
}

/** Empty where there is no such part. */
export async function readPart(
  service: Service,
  output: Output,
  range: string,
  signal?: AbortSignal,
): Promise<Part> {
  try {
    const headers = { ...AS_WRITTEN, range };
    const response = await service.open(PATH, { query: { ...output }, headers, ...(signal && { signal }) });
    const [, first = '0'] = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '') ?? [];
    return { bytes: Buffer.from(await response.arrayBuffer()), isCut: first !== '0' };
  } catch (error) {
    if (error instanceof Refused && error.status === 416) return { bytes: Buffer.alloc(0), isCut: false };
    throw error;
  }
}
