/** Tells values that Postgres will never take, and a connection that is lost, from other trouble. */

/** SQLSTATE; "": it is no word of Postgres's. */
export const codeOf = (error: unknown) => (error as { code?: string }).code ?? '';

/** Data exceptions and broken constraints. */
export const isRefused = (error: unknown): boolean => /^(22|23)/.test(codeOf(error));

/** Nothing is answered or written there: any other reason is told by Postgres under its number. */
export const isLost = (error: unknown): boolean => !/^(?!08|57P|53|25006)[0-9A-Z]{5}$/.test(codeOf(error));
