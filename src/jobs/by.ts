/** The caller of a request, whom the door has let in, and where it stands: who asks, what it may do, and from where. */
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Actor } from '../domain/audit.js';
import type { Caller } from '../domain/caller.js';

export interface Asker extends Caller, Actor {
  /** W3C traceparent of the request; null: it is in no trace. */
  readonly traceParent: string | null;
}

export interface CalledRequest {
  caller?: Asker;
}

/** Never nobody: a request that nobody stands for must not come this far. */
export const By = createParamDecorator((_data: unknown, context: ExecutionContext): Asker => {
  const { caller } = context.switchToHttp().getRequest<CalledRequest>();
  if (caller === undefined) throw new Error('a request came to its route without a caller');
  return caller;
});
