import type { Claim } from '../scheduler/scheduler.js';
import { TaskTable } from './task-table.js';

const claim = (taskId: number) => ({ taskId: String(taskId), attempt: 1 }) as unknown as Claim;
const MANY = 10_001;

describe('what a worker remembers', () => {
  it('is that an attempt ran here, however many began and ended while it did', async () => {
    const table = new TaskTable();
    let end: () => void = () => undefined;
    const long = table.start(claim(0), () => new Promise((done) => (end = done)));
    for (let id = 1; id <= MANY; id += 1) await table.start(claim(id), () => Promise.resolve());
    expect(table.isRunning(claim(0))).toBe(true);
    end();
    await long;
    expect([table.isRunning(claim(0)), table.hasStarted(claim(0))]).toEqual([false, true]);
    const again = jest.fn(() => Promise.resolve());
    await table.start(claim(0), again);
    expect(again).not.toHaveBeenCalled();
  });

  it('is no more than so many attempts that have ended', async () => {
    const table = new TaskTable();
    for (let id = 0; id < MANY; id += 1) await table.start(claim(id), () => Promise.resolve());
    expect([table.hasStarted(claim(0)), table.hasStarted(claim(1))]).toEqual([false, true]);
  });
});
