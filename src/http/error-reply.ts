/** Any error as what a caller gets: a status and one message, and nothing of what is inside. */
import { HttpException } from '@nestjs/common';
import { fieldsOf, databaseTroubleOf } from '../database/away.js';
import { type ErrorCode, HoldfastError, unavailable } from '../domain/errors.js';

export interface ErrorReply {
  readonly status: number;
  readonly message: string;
  /** To be logged: it is not the caller's doing. */
  readonly internal: boolean;
}

const STATUS: Readonly<Record<ErrorCode, number>> = {
  invalid_request: 400,
  unauthorized: 401,
  forbidden: 403,
  unknown_pipeline: 400,
  not_schedulable: 400,
  job_not_found: 404,
  task_not_found: 404,
  attempt_not_found: 404,
  output_not_kept: 404,
  no_such_range: 416,
  job_completed: 409,
  job_not_completed: 409,
  key_reused: 409,
  shutting_down: 503,
  too_many_streams: 503,
  too_busy: 429,
  unavailable: 503,
  database_read_only: 503,
  database_full: 503,
  database_forbids: 503,
  provider_unavailable: 503,
};

/** Seconds after which it may be otherwise. */
const RETRY_AFTER_S: Readonly<Partial<Record<ErrorCode, number>>> = { too_busy: 1 };

/** Returns the seconds for `Retry-After`, or null if there is no telling. */
export const retryAfterOf = (error: unknown): number | null =>
  error instanceof HoldfastError ? (RETRY_AFTER_S[error.code] ?? null) : null;

/** Fastify's own, in our words. */
const FASTIFY: Readonly<Record<string, string>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'Request body is too large',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'Request body is not as long as its Content-Length',
  FST_ERR_BAD_URL: 'Invalid URL',
};

export function errorReply(error: unknown): ErrorReply {
  if (error instanceof HoldfastError)
    return { status: STATUS[error.code], message: error.message, internal: false };
  if (error instanceof HttpException && error.getStatus() === 404) {
    return { status: 404, message: 'Not found', internal: false };
  }
  if (error instanceof HttpException && error.getStatus() < 500) {
    return { status: error.getStatus(), message: error.message, internal: false };
  }
  const trouble = databaseTroubleOf(error);
  if (trouble !== null) return { status: 503, message: unavailable(trouble).message, internal: false };
  const { statusCode, code, message } = fieldsOf(error);
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500) {
    return { status: statusCode, message: FASTIFY[String(code)] ?? String(message), internal: false };
  }
  return { status: 500, message: 'Internal server error', internal: true };
}
