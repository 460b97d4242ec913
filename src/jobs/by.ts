/** The caller of a request, whom the door has let in. */
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Caller } from '../domain/caller.js';

export interface CalledRequest {
  caller?: Caller;
}

/** Never nobody: a request that nobody stands for must not come this far. */
export const By = createParamDecorator((_data: unknown, context: ExecutionContext): Caller => {
  const { caller } = context.switchToHttp().getRequest<CalledRequest>();
  if (caller === undefined) throw new Error('a request came to its route without a caller');
  return caller;
});
