/**
 * Answers about a job that has ended, which hardly change: a caller that has one is told so without reading it again.
 * Whether it may have it is asked each time, and so is whether the job is still kept; hence `no-cache`.
 */
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { VERSION } from '../config/version.js';

/** Another text for each answer that there may be since the job has ended; null: it has not. */
export type EndState = string | null;

/** `micros`: when it ended, since 1970. `reruns`: the newest first, which is all that can still come to an ended job. */
export function endStateOf(micros: bigint | null, reruns: readonly string[] = []): EndState {
  const [newest] = reruns;
  if (micros === null) return null;
  return newest === undefined ? `${micros}` : `${micros}-${reruns.length}-${newest}`;
}

export interface Kept<T> {
  readonly answer: T;
  readonly ended: EndState;
}

/**
 * Of the end and of what may answer it in another shape, so that it can be told without the answer. Weak, because the
 * bytes may be compressed, here or by a gateway.
 */
export const tagOf = (ended: string) => `W/"${VERSION}-${ended}"`;

/** Of an answer that is the same bytes each time, so that a part of it can be of it. */
export const strongTagOf = (ended: string) => tagOf(ended).slice('W/'.length);

/** `header` is If-None-Match: a list of tags, of which W/ says nothing here (RFC 9110, 13.1.2), or `*`. */
export function isNamedIn(header: string, tag: string): boolean {
  if (header.trim() === '*') return true;
  const opaque = tag.replace(/^W\//, '');
  return [...header.matchAll(/"[\x21\x23-\x7e\x80-\xff]*"/g)].some(([one]) => one === opaque);
}

export type UnlessKnown = <T>(
  ended: () => Promise<EndState>,
  read: () => Promise<Kept<T>>,
) => Promise<T | undefined>;

/**
 * A route's parameter: the answer of `read`, or a 304 without it. `ended` is asked only where that may save `read`.
 * `'strong'`: the answer is the same bytes each time.
 */
export const Known = createParamDecorator(
  (kind: 'strong' | undefined, context: ExecutionContext): UnlessKnown => {
    const ownTagOf = kind === 'strong' ? strongTagOf : tagOf;
    const http = context.switchToHttp();
    const known = http.getRequest<FastifyRequest>().headers['if-none-match'];
    const reply = http.getResponse<FastifyReply>();
    return async (ended, read) => {
      const end = known === undefined ? null : await ended();
      if (known !== undefined && end !== null && isNamedIn(known, tagOf(end))) {
        keep(reply.code(304), ownTagOf(end));
        return undefined;
      }
      const kept = await read();
      if (kept.ended !== null) keep(reply, ownTagOf(kept.ended));
      return kept.answer;
    };
  },
);

function keep(reply: FastifyReply, etag: string): void {
  void reply.headers({ etag, 'cache-control': 'private, no-cache' });
}
