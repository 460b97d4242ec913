import fc from 'fast-check';
import {
  decideAdmission,
  decideStarts,
  isSchedulable,
  type PipelineLoad,
  reachOf,
  type WaitingJob,
} from './admission.js';
import type { PipelineDefinition } from './definition.js';
import { pipelineOf } from '../../test/support/definition.js';

const pipeline = (concurrency: number): PipelineDefinition => pipelineOf([], { concurrency });

/** A wait list; each job with the concurrency that it was scheduled with. */
const list = (...concurrencies: number[]): WaitingJob[] =>
  concurrencies.map((concurrency, at) => ({ id: `job ${at + 1}`, concurrency }));

const load = (over: Partial<PipelineLoad> = {}): PipelineLoad => ({
  running: 0,
  waiting: 0,
  waitingInPartition: 0,
  anyoneDue: (over.waiting ?? 0) > 0,
  ...over,
});
const disabled = { kind: 'reject', reason: 'concurrency exceeded and queueing disabled for pipeline' };
const full = { kind: 'reject', reason: 'concurrency exceeded and queue limit reached for pipeline' };

describe('admission (7.1, 7.2)', () => {
  it('starts a job while fewer are running than may', () => {
    expect(decideAdmission(pipeline(1), load())).toEqual({ kind: 'start' });
    expect(decideAdmission(pipeline(3), load({ running: 2 }))).toEqual({ kind: 'start' });
  });

  it('lets a job wait when as many are running as may, or more, because the limit was lowered meanwhile', () => {
    for (const running of [3, 5])
      expect(decideAdmission(pipeline(3), load({ running }))).toEqual({ kind: 'wait' });
  });

  it('lets a job wait behind one that waits for a lower limit of its own (9.7)', () => {
    expect(decideAdmission(pipeline(2), load({ running: 1, waiting: 1 }))).toEqual({ kind: 'wait' });
  });

  it('never lets more run than may', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.nat(50), (concurrency, jobs) => {
        let running = 0;
        for (let job = 0; job < jobs; job += 1) {
          if (decideAdmission(pipeline(concurrency), load({ running })).kind === 'start') running += 1;
        }
        expect(running).toBe(Math.min(concurrency, jobs));
      }),
    );
  });

  it('turns a job away when the list is full, and at once when there is none (7.2)', () => {
    const limited = (queueLimit: number) => ({ ...pipeline(1), queueLimit });
    expect(decideAdmission(limited(2), load({ running: 1, waiting: 1 }))).toEqual({ kind: 'wait' });
    expect(decideAdmission(limited(2), load({ running: 1, waiting: 2 }))).toEqual(full);
    expect(decideAdmission(limited(0), load({ running: 1 }))).toEqual(disabled);
    expect(decideAdmission(limited(0), load())).toEqual({ kind: 'start' });
  });
});

describe('replace (7.3)', () => {
  const replacing = (queueLimit: number): PipelineDefinition => ({
    ...pipeline(1),
    queueStrategy: 'replace',
    queueLimit,
  });

  it('appends until the list is full, and then takes the place of its last job', () => {
    expect(decideAdmission(replacing(2), load({ running: 1, waiting: 1 }))).toEqual({ kind: 'wait' });
    expect(decideAdmission(replacing(2), load({ running: 1, waiting: 2 }))).toEqual({
      kind: 'replace',
      within: 'pipeline',
    });
  });

  it('appends without bound where it has no limit, as prunner does', () => {
    const unlimited = { ...replacing(0), queueLimit: null };
    expect(decideAdmission(unlimited, load({ running: 1, waiting: 1_000_000 }))).toEqual({ kind: 'wait' });
  });

  it('has nobody to replace where there is no list', () => {
    expect(decideAdmission(replacing(0), load({ running: 1 }))).toEqual(disabled);
  });
});

describe('partitioned_replace (7.4)', () => {
  const partitioned: PipelineDefinition = {
    ...pipeline(1),
    queueStrategy: 'partitioned_replace',
    queuePartitionLimit: 2,
  };

  it('counts per partition, whatever waits in others', () => {
    const busy = { running: 1, waiting: 50 };
    expect(decideAdmission(partitioned, load({ ...busy, waitingInPartition: 1 }))).toEqual({ kind: 'wait' });
    expect(decideAdmission(partitioned, load({ ...busy, waitingInPartition: 2 }))).toEqual({
      kind: 'replace',
      within: 'partition',
    });
  });
});

describe('start_delay (7.5)', () => {
  const delayed: PipelineDefinition = { ...pipeline(1), startDelayMs: 1000, queueLimit: 1 };

  it('lets a job wait even where there is room, and counts it against the limit', () => {
    expect(decideAdmission(delayed, load())).toEqual({ kind: 'wait' });
    expect(decideAdmission(delayed, load({ waiting: 1, anyoneDue: false }))).toEqual(full);
    const debounced = { ...delayed, queueStrategy: 'replace' as const };
    expect(decideAdmission(debounced, load({ waiting: 1, anyoneDue: false }))).toEqual({
      kind: 'replace',
      within: 'pipeline',
    });
  });
});

describe('schedulable (7.7)', () => {
  it('is what scheduling would be told now', () => {
    expect(isSchedulable(pipeline(1), load({ running: 100, waiting: 100 }))).toBe(true);
    const none = { ...pipeline(1), queueLimit: 0 };
    expect([isSchedulable(none, load()), isSchedulable(none, load({ running: 1 }))]).toEqual([true, false]);
  });
});

describe('how far a wait list is counted', () => {
  const reach = (...definitions: Partial<PipelineDefinition>[]) =>
    reachOf(definitions.map((more) => ({ ...pipeline(1), ...more })));

  it('is as far as its limit, and not at all where it has none', () => {
    expect(reach({ queueLimit: 5 })).toEqual({ waiting: 5, waitingInPartition: 0, anyoneDue: true });
    expect(reach({ queueLimit: null }).waiting).toBe(0);
  });

  it('is the partition’s where that has a limit', () => {
    const partitioned = { queueStrategy: 'partitioned_replace', queuePartitionLimit: 3 } as const;
    expect(reach(partitioned)).toEqual({ waiting: 0, waitingInPartition: 3, anyoneDue: true });
  });

  it('is as far as one of several definitions wants to know', () => {
    expect(reach({ queueLimit: 5 }, { queueLimit: null }, { queueLimit: 7 }).waiting).toBe(7);
  });

  it('is without who is due where all wait first (7.5)', () => {
    const delayed = { startDelayMs: 9 };
    expect([reach(delayed).anyoneDue, reach(delayed, {}).anyoneDue]).toEqual([false, true]);
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
