/** Hands the outcome of a promise to a callback of the driver's kind. */
import { inBackground } from '../../telemetry/guarded.js';

export function answerWith<T>(outcome: Promise<T>, callback: (error: unknown, value?: T) => void): void {
  inBackground('database', async () => {
    let value: T;
    try {
      value = await outcome;
    } catch (error) {
      callback(error);
      return;
    }
    callback(null, value);
  });
}
