/** Ends a computation that takes too long, as no timer can: it stops even inside of a regular expression. */

import { createContext, Script } from 'node:vm';
import { isErrno } from './files/errno.js';

export class TooSlow extends Error {}

const script = new Script('run()');
const context: { run: () => void } = { run: () => undefined };
createContext(context);

/** Real time, for which nothing else happens in this process. Whatever `run` had under way is left as it is. */
export function within(milliseconds: number, run: () => void): void {
  context.run = run;
  try {
    script.runInContext(context, { timeout: milliseconds });
  } catch (error) {
    if (isErrno(error, 'ERR_SCRIPT_EXECUTION_TIMEOUT')) throw new TooSlow();
    throw error;
  } finally {
    context.run = () => undefined;
  }
}
