/** A time-out for an answer, of which only the time counts in which this process could have taken it. */
import { guarded } from '../telemetry/guarded.js';

const TURN_MS = 50;

/** Counted in turns of this process's own loop: one that was busy itself must not blame the database. */
export function patience(milliseconds: number): { over: Promise<'late'>; cancel: () => void } {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<'late'>((done) => {
    const wait = (turns: number) => {
      if (turns <= 0) done('late');
      else timer = setTimeout(guarded('database', wait), TURN_MS, turns - 1);
    };
    wait(milliseconds / TURN_MS);
  });
  return {
    over,
    cancel: () => {
      clearTimeout(timer);
    },
  };
}
