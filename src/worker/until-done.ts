/** Tries again what needs the database until it is there. */
import { Logger } from '@nestjs/common';

const WAIT_MS = { first: 100, longest: 5_000 };

export async function untilDone<T>(trouble: string, work: () => Promise<T>): Promise<T> {
  for (let wait = WAIT_MS.first; ; wait = Math.min(wait * 2, WAIT_MS.longest)) {
    try {
      return await work();
    } catch (error) {
      new Logger('worker').warn(`${trouble}: ${(error as Error).message}`);
      await new Promise((done) => setTimeout(done, wait));
    }
  }
}
