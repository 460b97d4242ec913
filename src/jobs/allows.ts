/** What a route asks of its caller: a route without a word about it is for those who may do everything. */
import { applyDecorators } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiBearerAuth, ApiResponse } from '@nestjs/swagger';
import type { Scope } from '../domain/caller.js';
import { ErrorResponse } from './other.responses.js';

/** Found with the route by whoever stands at the door. */
export interface RouteRights {
  /** A visitor need not say who they are, but must not be led here by a page from elsewhere. */
  readonly allows?: Scope | 'anybody' | 'visitor';
}

const rights = (config: RouteRights) => RouteConfig(config);

/** Callers with this scope. */
export const Allows = (scope: Scope) =>
  applyDecorators(
    rights({ allows: scope }),
    ApiBearerAuth(),
    ApiResponse({
      status: 401,
      description: 'no token found, token is unauthorized, token is expired, …',
      type: ErrorResponse,
      headers: {
        'WWW-Authenticate': { description: 'What to bring', schema: { type: 'string', example: 'Bearer' } },
      },
    }),
    ApiResponse({ status: 403, description: `The scope ${scope} is missing, …`, type: ErrorResponse }),
    ApiResponse({
      status: 429,
      description:
        'Too many requests, Too many large answers at a time, Too many large bodies at a time, Too many checks of ' +
        'variables at a time: of this caller, or in all',
      type: ErrorResponse,
      headers: {
        'Retry-After': { description: 'Seconds to wait', schema: { type: 'integer', minimum: 1 } },
      },
    }),
  );

/** Everybody, whoever they are. */
export const AllowsAnybody = () => rights({ allows: 'anybody' });
