/** Where the command writes: results to stdout, all else to stderr, escapes only to a terminal that is meant to have them. */
import { once } from 'node:events';
import type { WriteStream } from 'node:tty';
import { harmless } from './harmless.js';
import type { Look } from './job-text.js';

export interface Console {
  readonly out: WriteStream;
  readonly err: WriteStream;
  readonly colours: boolean;
  readonly json: boolean;
}

export const lookOf = ({ colours }: Console): Look => ({ colours, now: Date.now() });

export function say({ out }: Console, line: string): void {
  out.write(`${line}\n`);
}

export function sayJson({ out }: Console, value: unknown): void {
  out.write(`${JSON.stringify(value)}\n`);
}

export function note({ err }: Console, line: string): void {
  err.write(`holdfast: ${harmless(line)}\n`);
}

/** A task's output: as it is for a pipe or a file, only its text for a terminal. Waits for who reads it. */
export async function pass(stream: WriteStream, bytes: Uint8Array | string): Promise<void> {
  const text = typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString();
  if (!stream.write(stream.isTTY ? harmless(text) : bytes)) await once(stream, 'drain');
}
