/** Keeps an error in a handler from ending the process. Imports nothing, for processes that have no log. */

/** What an emitter, a timer or a listener calls. Its result is not looked at, except for a rejection. */
export type Handler<A extends readonly unknown[]> = (...args: A) => unknown;

/** Returns a function that wraps handlers: what they throw, or reject with, goes to `tell`. */
export const guardWith =
  (tell: (error: unknown) => void) =>
  <A extends readonly unknown[]>(handler: Handler<A>) =>
  (...args: A): void => {
    try {
      const result = handler(...args);
      if (result instanceof Promise) result.catch(tell);
    } catch (error) {
      tell(error);
    }
  };
