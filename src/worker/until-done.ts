/** Tries again what needs the database until it is there. */
import { logger } from '../telemetry/log.js';
import { Seldom } from '../telemetry/seldom.js';

const log = logger('worker');
/** While the database is away, every task that ends says the same. */
const seldom = new Seldom();

const WAIT_MS = { first: 100, longest: 5_000 };

export async function untilDone<T>(trouble: string, work: () => Promise<T>): Promise<T> {
  for (let wait = WAIT_MS.first; ; wait = Math.min(wait * 2, WAIT_MS.longest)) {
    try {
      return await work();
    } catch (error) {
      const held = seldom.let(trouble);
      if (held !== null) log.warn(`${trouble}: ${(error as Error).message}`, { again: held });
      await new Promise((done) => setTimeout(done, wait));
    }
  }
}
