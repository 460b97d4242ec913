/** The request that a piece of work belongs to, without being handed from function to function. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { TraceParent } from './trace-parent.js';

export interface RequestContext {
  readonly id: string;
  /** The request's span, or what its caller has sent along. */
  readonly traceParent: TraceParent | null;
}

const storage = new AsyncLocalStorage<RequestContext>();

export const withinRequest = <T>(context: RequestContext, work: () => T): T => storage.run(context, work);

/** For what goes on when the request is long answered: queues, timers. */
export const outsideRequests = <T>(work: () => T): T => storage.exit(work);

export const requestId = (): string | undefined => storage.getStore()?.id;
export const requestTrace = (): TraceParent | null => storage.getStore()?.traceParent ?? null;
