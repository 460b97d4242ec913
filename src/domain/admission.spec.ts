import fc from 'fast-check';
import { decideAdmission, decideStarts, isSchedulable, type WaitingJob } from './admission.js';
import type { PipelineDefinition } from './definition.js';

const pipeline = (concurrency: number): PipelineDefinition => ({
  name: 'release',
  concurrency,
  queueLimit: null,
  queuePartitionLimit: null,
  queueStrategy: 'append',
  startDelayMs: 0,
  continueRunningTasksAfterFailure: false,
  retentionPeriodMs: null,
  retentionCount: null,
  env: {},
  tasks: [],
  onError: null,
});

/** A wait list; each job with the concurrency that it was scheduled with. */
const list = (...concurrencies: number[]): WaitingJob[] =>
  concurrencies.map((concurrency, at) => ({ id: `job ${at + 1}`, concurrency }));

describe('admission (7.1, 7.2)', () => {
  it('starts a job while fewer are running than may', () => {
    expect(decideAdmission(pipeline(1), { running: 0, anyoneDue: false })).toEqual({ kind: 'start' });
    expect(decideAdmission(pipeline(3), { running: 2, anyoneDue: false })).toEqual({ kind: 'start' });
  });

  it('lets a job wait when as many are running as may', () => {
    expect(decideAdmission(pipeline(1), { running: 1, anyoneDue: false })).toEqual({ kind: 'wait' });
    expect(decideAdmission(pipeline(3), { running: 3, anyoneDue: false })).toEqual({ kind: 'wait' });
  });

  it('lets a job wait when more are running than may, because the limit was lowered meanwhile', () => {
    expect(decideAdmission(pipeline(2), { running: 5, anyoneDue: false })).toEqual({ kind: 'wait' });
  });

  it('lets a job wait behind one that waits for a lower limit of its own (9.7)', () => {
    expect(decideAdmission(pipeline(2), { running: 1, anyoneDue: true })).toEqual({ kind: 'wait' });
  });

  it('never lets more run than may', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.nat(50), (concurrency, jobs) => {
        let running = 0;
        for (let job = 0; job < jobs; job += 1) {
          if (decideAdmission(pipeline(concurrency), { running, anyoneDue: false }).kind === 'start')
            running += 1;
        }
        expect(running).toBe(Math.min(concurrency, jobs));
      }),
    );
  });

  it('is always open to a pipeline whose wait list has no limit (7.7)', () => {
    expect(isSchedulable(pipeline(1))).toBe(true);
  });
});

describe('the wait list (7.8)', () => {
  it('starts nothing when it is empty or when there is no room', () => {
    expect(decideStarts([], 0)).toEqual([]);
    expect(decideStarts(list(2, 2), 2)).toEqual([]);
  });

  it('starts its jobs in its order, as many as there is room for', () => {
    expect(decideStarts(list(3, 3, 3, 3), 1)).toEqual(['job 1', 'job 2']);
    expect(decideStarts(list(5, 5), 0)).toEqual(['job 1', 'job 2']);
  });

  it('asks each job for its own concurrency (9.7)', () => {
    expect(decideStarts(list(2, 3, 4, 4), 1)).toEqual(['job 1', 'job 2', 'job 3']);
  });

  it('does not let a job that would fit overtake one that does not', () => {
    expect(decideStarts(list(1, 10), 1)).toEqual([]);
    expect(decideStarts(list(3, 1, 10), 1)).toEqual(['job 1']);
  });

  it('starts nothing while more are running than may', () => {
    expect(decideStarts(list(2), 3)).toEqual([]);
  });

  const waiting = fc.array(fc.integer({ min: 1, max: 8 }), { maxLength: 20 }).map((all) => list(...all));

  it('starts a beginning of the list, each of it with room for itself, and the next one without', () => {
    fc.assert(
      fc.property(waiting, fc.nat(10), (jobs, running) => {
        const starts = decideStarts(jobs, running);
        expect(starts).toEqual(jobs.slice(0, starts.length).map(({ id }) => id));
        jobs.slice(0, starts.length).forEach(({ concurrency }, at) => {
          expect(running + at).toBeLessThan(concurrency);
        });
        const next = jobs[starts.length];
        if (next !== undefined) expect(running + starts.length).toBeGreaterThanOrEqual(next.concurrency);
      }),
    );
  });

  it('has nothing more to start when it is asked again', () => {
    fc.assert(
      fc.property(waiting, fc.nat(10), (jobs, running) => {
        const starts = decideStarts(jobs, running);
        expect(decideStarts(jobs.slice(starts.length), running + starts.length)).toEqual([]);
      }),
    );
  });

  it('starts the same jobs whether it is seen whole or in parts', () => {
    fc.assert(
      fc.property(waiting, fc.nat(10), fc.integer({ min: 1, max: 5 }), (jobs, running, part) => {
        const starts: string[] = [];
        for (;;) {
          const more = decideStarts(jobs.slice(starts.length, starts.length + part), running + starts.length);
          if (more.length === 0) break;
          starts.push(...more);
        }
        expect(starts).toEqual(decideStarts(jobs, running));
      }),
    );
  });
});
