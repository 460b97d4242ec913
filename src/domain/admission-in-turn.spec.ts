import fc from 'fast-check';
import { type Admission, decideAdmission, reachOf } from './admission.js';
import { type Asking, decideInTurn, type LoadOfAll } from './admission-in-turn.js';
import type { PipelineDefinition } from './definition.js';
import { pipelineOf, taskOf } from '../../test/support/definition.js';

const TASKS = [taskOf('t')];
const asking = (more: Partial<PipelineDefinition> = {}, queuePartition = ''): Asking => ({
  definition: pipelineOf(TASKS, more),
  queuePartition,
});
const load = (over: Partial<LoadOfAll> = {}): LoadOfAll => ({
  running: 0,
  waiting: 0,
  waitingInPartitions: new Map(),
  anyoneDue: (over.waiting ?? 0) > 0,
  ...over,
});
const kinds = (admissions: readonly Admission[]) => admissions.map(({ kind }) => kind);
const times = (count: number, one: Asking) => Array.from({ length: count }, () => one);

describe('jobs that come one after the other', () => {
  it('start while there is room for one more, then wait while the list has a place, and then are turned away', () => {
    const all = times(6, asking({ concurrency: 2, queueLimit: 3 }));
    const first = load({ running: 1 });
    expect(kinds(decideInTurn(all, first))).toEqual(['start', 'wait', 'wait', 'wait', 'reject', 'reject']);
  });

  it('wait behind one that waits for a lower limit of its own (9.7)', () => {
    const all = [asking({ concurrency: 1 }), asking({ concurrency: 1 }), asking({ concurrency: 9 })];
    expect(kinds(decideInTurn(all, load()))).toEqual(['start', 'wait', 'wait']);
  });

  it('do not wait behind one that is not due (7.5)', () => {
    const all = [asking({ startDelayMs: 9, queueLimit: 9 }), asking()];
    expect(kinds(decideInTurn(all, load()))).toEqual(['wait', 'start']);
  });

  it('leave room to the next one where they have nothing to run', () => {
    const nothing = { ...asking(), definition: pipelineOf([]) };
    const over = { ...asking(), rerun: { carried: ['t'] } };
    expect(kinds(decideInTurn([nothing, over, asking(), asking()], load()))).toEqual([
      'start',
      'start',
      'start',
      'wait',
    ]);
  });

  it('count in their own partitions (7.4)', () => {
    const of = (partition: string) =>
      asking({ queueStrategy: 'partitioned_replace', queuePartitionLimit: 2 }, partition);
    const busy = load({ running: 1, waiting: 1, waitingInPartitions: new Map([['a', 1]]) });
    expect(kinds(decideInTurn(['b', 'a', 'b', 'c', 'a', 'c'].map(of), busy))).toEqual([
      'wait',
      'wait',
      'wait',
      'wait',
    ]);
  });

  it('come to one that takes another’s place only when it is the first', () => {
    const all = times(4, asking({ queueStrategy: 'replace', queueLimit: 1 }));
    expect(kinds(decideInTurn(all, load()))).toEqual(['start', 'wait']);
    expect(kinds(decideInTurn(all, load({ running: 1, waiting: 1 })))).toEqual(['replace']);
  });
});

/** A pipeline as its rows would have it. */
class Pipeline {
  running = 0;
  readonly list: { readonly partition: string; readonly due: boolean; readonly number: number }[] = [];
  rejected = 0;

  /** No further than these can want to know. */
  load(asking: readonly Asking[]): LoadOfAll {
    const reach = reachOf(asking.map(({ definition }) => definition));
    const waitingInPartitions = new Map<string, number>();
    for (const { queuePartition: name } of asking) {
      const there = this.list.filter(({ partition }) => partition === name).length;
      waitingInPartitions.set(name, Math.min(there, reach.waitingInPartition));
    }
    return {
      running: this.running,
      waiting: Math.min(this.list.length, reach.waiting),
      waitingInPartitions,
      anyoneDue: reach.anyoneDue && this.list.some(({ due }) => due),
    };
  }

  whole(partition: string) {
    const waitingInPartition = this.list.filter((one) => one.partition === partition).length;
    const anyoneDue = this.list.some(({ due }) => due);
    return { running: this.running, waiting: this.list.length, waitingInPartition, anyoneDue };
  }

  take({ definition, queuePartition: partition }: Asking, admission: Admission, number: number): void {
    if (admission.kind === 'reject') this.rejected += 1;
    else if (admission.kind === 'start') this.running += definition.tasks.length > 0 ? 1 : 0;
    else {
      if (admission.kind === 'replace') {
        const whole = admission.within === 'pipeline';
        this.list.splice(
          this.list.findLastIndex((one) => whole || one.partition === partition),
          1,
        );
      }
      this.list.push({ partition, due: definition.startDelayMs === 0, number });
    }
  }
}

const limits: fc.Arbitrary<Partial<PipelineDefinition>> = fc.oneof(
  fc.record({ queueLimit: fc.option(fc.nat(4)) }),
  fc.record({ queueStrategy: fc.constant('replace' as const), queueLimit: fc.nat(4) }),
  fc.record({
    queueStrategy: fc.constant('partitioned_replace' as const),
    queuePartitionLimit: fc.integer({ min: 1, max: 3 }),
  }),
);
const anyAsking: fc.Arbitrary<Asking> = fc
  .tuple(
    limits,
    fc.integer({ min: 1, max: 4 }),
    fc.constantFrom(0, 0, 0, 9),
    fc.constantFrom('', 'a', 'b'),
    fc.boolean(),
  )
  .map(([more, concurrency, startDelayMs, queuePartition, hasTasks]) => ({
    definition: pipelineOf(hasTasks ? TASKS : [], { ...more, concurrency, startDelayMs }),
    queuePartition,
  }));

it('is the same for many at once as for one after the other, with all of the wait list counted', () => {
  fc.assert(
    fc.property(fc.array(anyAsking, { maxLength: 30 }), fc.integer({ min: 1, max: 9 }), (all, atOnce) => {
      const [alone, together] = [new Pipeline(), new Pipeline()];
      all.forEach((one, at) => {
        alone.take(one, decideAdmission(one.definition, alone.whole(one.queuePartition)), at);
      });
      for (let from = 0; from < all.length;) {
        const some = all.slice(from, from + atOnce);
        const admissions = decideInTurn(some, together.load(some));
        expect(admissions.length).toBeGreaterThan(0);
        admissions.forEach((admission, at) => {
          together.take(some[at] as Asking, admission, from + at);
        });
        from += admissions.length;
      }
      expect(together).toEqual(alone);
    }),
  );
});
