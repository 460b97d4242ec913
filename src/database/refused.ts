/** Tells values that Postgres will never take from trouble that may pass. */

/** Data exceptions and broken constraints. */
export const isRefused = (error: unknown): boolean =>
  /^(22|23)/.test((error as { code?: string }).code ?? '');
