/** Reads a task's output as it was written, whole or a part of it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT, Failure, Refused, Unreachable } from '../exit.js';
import type { Stream } from './answers.js';
import type { Query, Service } from './service.js';

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

/** So often in a row a download that has broken off is gone on with, and a second after each time. */
const TRIES = 10;
const PAUSE_MS = 1_000;

export async function* readOutput(service: Service, output: Output): AsyncGenerator<Uint8Array> {
  const query = { ...output };
  let response: Response | null = await service.open(PATH, { query, headers: AS_WRITTEN });
  // With a tag it is that of a job that is over; else "the last attempt" may be another one by now.
  const isSame = output.attempt !== undefined || response.headers.has('etag');
  let at = 0;
  const tries = isSame ? TRIES : 0;
  for (let left = tries; ; left -= 1) {
    try {
      response ??= await openFrom(service, query, at);
      for await (const bytes of service.body(response)) {
        at += bytes.length;
        left = tries;
        yield bytes;
      }
      return;
    } catch (error) {
      if (!(error instanceof Unreachable) || left === 0) throw error;
      response = null;
    }
    await sleep(PAUSE_MS);
  }
}

async function openFrom(service: Service, query: Query, at: number): Promise<Response> {
  const response = await service.open(PATH, { query, headers: { ...AS_WRITTEN, range: `bytes=${at}-` } });
  if (response.status === 206 || at === 0) return response;
  await response.body?.cancel();
  throw new Failure(
    EXIT.unreachable,
    `the connection to ${service.at()} broke off, and what is left cannot be asked for`,
  );
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
    const bytes = Buffer.from((await service.wholeBody(response, signal)).buffer);
    return { bytes, isCut: first !== '0' };
  } catch (error) {
    if (error instanceof Refused && error.status === 416) return { bytes: Buffer.alloc(0), isCut: false };
    throw error;
  }
}
