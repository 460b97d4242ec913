/** The handlers of a pipeline, which run once the tasks of a job have come to rest: by which names, and in which order. */

/** In the order in which they run and are shown. No task may have one of these names (6.6, 6.8). */
export const HANDLERS = ['on_error', 'on_cancel', 'finally'] as const;
export type HandlerName = (typeof HANDLERS)[number];

/** Those that run after a cancel. Their failures are no failures of a canceled job (6.8). */
export const CLOSING_HANDLERS = ['on_cancel', 'finally'] as const satisfies readonly HandlerName[];

export const isHandlerName = (name: string): name is HandlerName =>
  (HANDLERS as readonly string[]).includes(name);

export const isClosingHandler = (name: string): name is (typeof CLOSING_HANDLERS)[number] =>
  (CLOSING_HANDLERS as readonly string[]).includes(name);
