import fc from 'fast-check';
import { HANDLERS, type HandlerName } from './handlers.js';
import { progress, type ProgressTask } from './progress.js';
import { isTaskEnd, type JobEnd, TASK_TRANSITIONS, type TaskStatus } from './status.js';

interface Plan {
  readonly name: string;
  readonly dependsOn: readonly string[];
  /** What its script will come to, if nobody stops it. */
  readonly fails: boolean;
}

interface Course {
  readonly plans: readonly Plan[];
  readonly continueAfterFailure: boolean;
  /** Whether each handler that there is fails. */
  readonly handlers: Partial<Record<HandlerName, boolean>>;
  /** Which of the possible moves comes next; the first one where nothing is said. */
  readonly choices: readonly number[];
  /** Before which move a user cancels; null: never. */
  readonly cancelAt: number | null;
  /** Before which move, at the earliest, the user cancels again; null: never. */
  readonly cancelAgainAt: number | null;
}

interface Task extends ProgressTask {
  status: TaskStatus;
  stopRequested: boolean;
}

/** Inside the drive, where `expect` would take most of the time. */
function must(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}

/** A job in memory, which does with the answers of `progress` what the scheduler's statements do with them. */
class Job {
  readonly tasks: Map<string, Task>;
  readonly fails: ReadonlySet<string>;
  readonly claims: string[] = [];
  /** What ran, and what was open, when the first task failed. */
  atFailure: { readonly running: string[]; readonly open: string[]; readonly claims: number } | null = null;
  /** What ran, and what was open, when the user canceled. */
  atCancel: { readonly running: string[]; readonly open: string[]; readonly claims: number } | null = null;
  /** What ran when the user canceled again, handlers included. */
  atSecondCancel: { readonly running: string[]; readonly open: string[]; readonly claims: number } | null =
    null;
  end: JobEnd | null = null;
  readonly #continueAfterFailure: boolean;
  readonly #handlers: readonly HandlerName[];

  constructor({ plans, continueAfterFailure, handlers }: Course) {
    this.tasks = new Map(
      plans.map(({ name, dependsOn }) => [
        name,
        { name, dependsOn, status: 'waiting', stopRequested: false, delayed: false },
      ]),
    );
    const fails = plans.filter((plan) => plan.fails).map(({ name }) => name);
    this.#handlers = HANDLERS.filter((name) => handlers[name] !== undefined);
    this.fails = new Set([...fails, ...this.#handlers.filter((name) => handlers[name])]);
    this.#continueAfterFailure = continueAfterFailure;
    this.advance();
  }

  names(...statuses: TaskStatus[]): string[] {
    return [...this.tasks.values()].filter(({ status }) => statuses.includes(status)).map(({ name }) => name);
  }

  claim(name: string): void {
    for (const other of this.#task(name).dependsOn) {
      must(this.#task(other).status === 'done', `${name} runs before ${other} is done`);
    }
    this.#move(name, 'running');
    this.claims.push(name);
  }

  /** A task that was to be stopped is canceled, whatever it answers. */
  finish(name: string): void {
    const fails = this.fails.has(name) && !this.#task(name).stopRequested;
    if (fails)
      this.atFailure ??= {
        ...this.#snapshot(),
        running: this.names('running').filter((one) => one !== name),
      };
    this.#move(name, this.#task(name).stopRequested ? 'canceled' : fails ? 'error' : 'done');
    this.advance();
  }

  cancel(): void {
    const isFirst = this.atCancel === null;
    if (isFirst) this.atCancel = this.#snapshot();
    else this.atSecondCancel ??= this.#snapshot();
    this.advance(!isFirst);
  }

  advance(cancelHandlers = false): void {
    const { ready, skipped, canceled, stop, added, end } = this.#ask(cancelHandlers);
    for (const name of ready) this.#move(name, 'ready');
    for (const name of skipped) this.#move(name, 'skipped');
    for (const name of canceled) this.#move(name, 'canceled');
    for (const name of stop) {
      const task = this.#task(name);
      must(task.status === 'running' && !task.stopRequested, `${name} is told to stop out of turn`);
      task.stopRequested = true;
    }
    for (const { name, status } of added) {
      if (status === 'ready')
        must(
          this.names('waiting', 'ready', 'running').length === 0,
          `${name} runs before all else is at rest`,
        );
      must(!this.tasks.has(name), `${name} is added twice`);
      this.tasks.set(name, { name, dependsOn: [], status, stopRequested: false, delayed: false });
    }
    this.end = end;
    const again = this.#ask(false);
    const names = again.added.map(({ name }) => name);
    const more = [again.ready, again.skipped, again.canceled, again.stop, names].flat();
    must(
      more.length === 0 && again.end === end,
      `asked again without a change, it has more to say: ${more.join()}`,
    );
  }

  #ask(cancelHandlers: boolean) {
    return progress({
      tasks: [...this.tasks.values()],
      started: true,
      cancelHandlers,
      cancelRequested: this.atCancel !== null,
      continueAfterFailure: this.#continueAfterFailure,
      handlers: this.#handlers,
    });
  }

  #snapshot() {
    return {
      running: this.names('running'),
      open: this.names('waiting', 'ready'),
      claims: this.claims.length,
    };
  }

  #task(name: string): Task {
    const task = this.tasks.get(name);
    if (task === undefined) throw new Error(`there is no task ${name}`);
    return task;
  }

  #move(name: string, status: TaskStatus): void {
    const task = this.#task(name);
    must(TASK_TRANSITIONS[task.status].includes(status), `${name} goes from ${task.status} to ${status}`);
    task.status = status;
  }
}

/** Drives a job from its start to its end; every move is a worker's claim, its report, or the user's cancel. */
function run(course: Course): Job {
  const job = new Job(course);
  // A claim and a report a task, handlers included, and two cancels.
  const longest = 2 * (course.plans.length + HANDLERS.length) + 2;
  for (let move = 0; job.end === null; move += 1) {
    must(move <= longest, 'the job does not end');
    const { cancelAgainAt } = course;
    const isAgain =
      cancelAgainAt !== null && move >= cancelAgainAt && job.atCancel !== null && job.atSecondCancel === null;
    if (move === course.cancelAt || isAgain) {
      job.cancel();
      continue;
    }
    const ready = job.names('ready');
    const moves = [...ready, ...job.names('running')];
    const at = (course.choices[move] ?? 0) % moves.length;
    const name = moves[at];
    if (name === undefined) throw new Error('the job waits for nothing');
    if (at < ready.length) job.claim(name);
    else job.finish(name);
  }
  return job;
}

interface Kind {
  readonly tasks?: readonly [from: number, to: number];
  readonly mode?: fc.Arbitrary<boolean>;
  readonly cancels?: fc.Arbitrary<number | null>;
  /** One task in so many fails; Infinity: none. */
  readonly oneFailsIn?: number;
  readonly handlers?: fc.Arbitrary<Course['handlers']>;
  readonly cancelsAgain?: fc.Arbitrary<number | null>;
}

const failFast = fc.constant(false);
const goOn = fc.constant(true);
const never = fc.constant(null);

/** Each task depends on up to three of those before it; their rows stand in any order. */
function coursesOf({
  tasks = [0, 12],
  mode = fc.boolean(),
  cancels = fc.option(fc.nat(16)),
  oneFailsIn = 6,
  handlers = fc.constant({}),
  cancelsAgain = fc.constant(null),
}: Kind) {
  return fc.integer({ min: tasks[0], max: tasks[1] }).chain((size): fc.Arbitrary<Course> => {
    const fails =
      oneFailsIn === Infinity ? fc.constant(false) : fc.nat(oneFailsIn - 1).map((drawn) => drawn === 0);
    const plan = fc.record({ picks: fc.array(fc.nat(), { maxLength: 3 }), fails, place: fc.nat() });
    return fc.record({
      plans: fc.array(plan, { minLength: size, maxLength: size }).map((plans) =>
        plans
          .map((drawn, at) => ({
            ...drawn,
            name: `t${at}`,
            dependsOn: at === 0 ? [] : drawn.picks.map((pick) => `t${pick % at}`),
          }))
          .sort((a, b) => a.place - b.place),
      ),
      continueAfterFailure: mode,
      choices: fc.array(fc.nat(), { minLength: size, maxLength: 2 * size + 1 }),
      cancelAt: cancels,
      cancelAgainAt: cancelsAgain,
      handlers,
    });
  });
}

function check(
  courses: fc.Arbitrary<Course>,
  holds: (job: Job, course: Course) => void,
  numRuns = 1_000,
): void {
  fc.assert(
    fc.property(courses, (course) => {
      holds(run(course), course);
    }),
    { numRuns },
  );
}

/** All that a task depends on, directly or not, by following every way up. */
function ancestors(name: string, plans: readonly Plan[]): string[] {
  const direct = plans.find((plan) => plan.name === name)?.dependsOn ?? [];
  return [...new Set([...direct, ...direct.flatMap((other) => ancestors(other, plans))])];
}

const sorted = (names: readonly string[]) => [...names].sort();

describe('any job, whatever happens to it in whatever order', () => {
  it('ends, with no task open or running', () => {
    check(coursesOf({}), (job) => {
      expect([...job.tasks.values()].filter(({ status }) => !isTaskEnd(status))).toEqual([]);
    });
  });

  it('runs no task twice, and none that is shown as skipped', () => {
    check(coursesOf({}), (job) => {
      expect(new Set(job.claims).size).toBe(job.claims.length);
      expect(job.claims).toEqual(expect.arrayContaining(job.names('done', 'error')));
      for (const name of job.names('skipped')) expect(job.claims).not.toContain(name);
    });
  });

  it('ends as canceled if it was canceled, as failed if a task failed, and else as done', () => {
    check(coursesOf({}), (job) => {
      const failed = job.names('error').length > 0;
      expect(job.end).toBe(job.atCancel !== null ? 'canceled' : failed ? 'error' : 'done');
    });
  });

  it('ends also with hundreds of tasks', () => {
    const large = coursesOf({ tasks: [200, 400], cancels: fc.option(fc.nat(800)), oneFailsIn: 300 });
    check(
      large,
      (job) => {
        expect(job.names('waiting', 'ready', 'running')).toEqual([]);
      },
      20,
    );
  });
});

describe('a job without failure or cancel', () => {
  it('runs every task, and is done', () => {
    check(coursesOf({ cancels: never, oneFailsIn: Infinity }), (job, { plans }) => {
      expect(job.names('done')).toEqual(plans.map(({ name }) => name));
      expect(job.end).toBe('done');
    });
  });
});

describe('a canceled job (5.5, 5.9)', () => {
  const courses = coursesOf({ tasks: [1, 12], cancels: fc.nat(8) });

  it('claims nothing more', () => {
    check(courses, ({ atCancel, claims }) => {
      if (atCancel !== null) expect(claims).toHaveLength(atCancel.claims);
    });
  });

  it('has as canceled exactly what ran and what was open, beside what its own failure had stopped before', () => {
    check(courses, (job) => {
      const { atCancel, atFailure } = job;
      if (atCancel === null) return;
      const taken = [...atCancel.running, ...atCancel.open];
      for (const name of taken) expect(job.tasks.get(name)?.status).toBe('canceled');
      for (const name of job.names('canceled')) {
        expect(taken.includes(name) || atFailure?.running.includes(name)).toBe(true);
      }
    });
  });
});

describe('a job that fails fast (6.2)', () => {
  const courses = coursesOf({ tasks: [1, 12], mode: failFast, cancels: never });

  it('has one failed task, however many would have failed', () => {
    check(courses, (job) => {
      expect(job.names('error')).toHaveLength(job.atFailure === null ? 0 : 1);
    });
  });

  it('claims nothing more, cancels what ran and skips what was open', () => {
    check(courses, (job) => {
      if (job.atFailure === null) return;
      expect(job.claims).toHaveLength(job.atFailure.claims);
      expect(sorted(job.names('canceled'))).toEqual(sorted(job.atFailure.running));
      expect(sorted(job.names('skipped'))).toEqual(sorted(job.atFailure.open));
    });
  });
});

describe('a job that goes on after a failure (6.2)', () => {
  const courses = coursesOf({ tasks: [1, 12], mode: goOn, cancels: never });

  it('runs every task that does not depend, directly or not, on a failed one, and skips all others', () => {
    check(courses, (job, { plans }) => {
      for (const { name, fails } of plans) {
        const lost = ancestors(name, plans).some((other) => job.fails.has(other));
        expect(job.tasks.get(name)?.status).toBe(lost ? 'skipped' : fails ? 'error' : 'done');
      }
    });
  });

  it('ends the same whatever the order of events', () => {
    check(courses, (job, course) => {
      const other = run({ ...course, choices: [] });
      expect([...other.tasks.values()]).toEqual([...job.tasks.values()]);
      expect(other.end).toBe(job.end);
    });
  });
});

describe('a job with an on_error (6.6)', () => {
  const handlers = fc.record({ on_error: fc.boolean() });

  it('runs it once if a task failed and nobody canceled, and not otherwise', () => {
    check(coursesOf({ tasks: [1, 12], handlers }), (job) => {
      const ran = job.claims.filter((name) => name === 'on_error');
      const failed = job.names('error').some((name) => name !== 'on_error');
      if (job.atCancel === null) expect(ran).toEqual(failed ? ['on_error'] : []);
      else expect(ran.length).toBeLessThanOrEqual(failed ? 1 : 0);
      expect(job.end).toBe(job.atCancel !== null ? 'canceled' : failed ? 'error' : 'done');
    });
  });

  it('runs it last', () => {
    check(coursesOf({ tasks: [1, 12], handlers, cancels: never }), ({ claims }) => {
      if (claims.includes('on_error')) expect(claims.at(-1)).toBe('on_error');
    });
  });
});

describe('a job with on_cancel and finally (6.8)', () => {
  const handlers = fc.record({ on_error: fc.boolean(), on_cancel: fc.boolean(), finally: fc.boolean() });
  const withHandlers = fc.record(
    { on_error: fc.boolean(), on_cancel: fc.boolean(), finally: fc.boolean() },
    { requiredKeys: [] },
  );
  const isHandler = (name: string) => (HANDLERS as readonly string[]).includes(name);

  it('runs each at most once, in their order, after all else', () => {
    const courses = coursesOf({ handlers: withHandlers, cancelsAgain: fc.option(fc.nat(20)) });
    check(courses, ({ claims }) => {
      const ran = claims.filter(isHandler);
      expect(ran).toEqual(HANDLERS.filter((name) => claims.includes(name)));
      expect(claims.slice(claims.length - ran.length)).toEqual(ran);
    });
  });

  it('runs finally once unless it is canceled twice, and on_cancel once if it was canceled before that', () => {
    check(coursesOf({ handlers }), ({ claims, atCancel }) => {
      expect(claims.at(-1)).toBe('finally');
      const beforeFinally = atCancel !== null && ![...atCancel.running, ...atCancel.open].includes('finally');
      expect(claims.includes('on_cancel')).toBe(beforeFinally);
    });
  });

  it('claims no handler after a second cancel of one, and ends with none open', () => {
    const courses = coursesOf({ tasks: [0, 4], handlers, cancels: fc.nat(8), cancelsAgain: fc.nat(14) });
    check(courses, (job) => {
      const { atSecondCancel: second, claims } = job;
      expect(job.names('waiting', 'ready', 'running')).toEqual([]);
      if (second === null) return;
      const begun = [...second.running, ...second.open].some(
        (name) => isHandler(name) && name !== 'on_error',
      );
      if (begun) expect(claims).toHaveLength(second.claims);
      else expect(claims.at(-1)).toBe('finally');
      expect(job.end).toBe('canceled');
    });
  });

  it('ends as its tasks did, but for a finally that fails after a success', () => {
    check(coursesOf({ handlers: withHandlers }), (job) => {
      const failed = job.names('error').some((name) => name !== 'on_cancel');
      expect(job.end).toBe(job.atCancel !== null ? 'canceled' : failed ? 'error' : 'done');
    });
  });
});

describe('a job whose rows something else wrote', () => {
  const names = ['a', 'b', 'c', 'd', 'e'];
  const plans = fc.tuple(
    ...names.map((name) =>
      fc.record({
        name: fc.constant(name),
        dependsOn: fc.array(fc.constantFrom(...names, 'nowhere'), { maxLength: 2 }),
        fails: fc.nat(5).map((drawn) => drawn === 0),
      }),
    ),
  );
  const courses = fc.record({
    plans,
    continueAfterFailure: fc.boolean(),
    choices: fc.array(fc.nat(), { maxLength: 11 }),
    cancelAt: fc.option(fc.nat(8)),
    cancelAgainAt: fc.constant(null),
    handlers: fc.constant({}),
  });

  it('ends as well, and is done only if every task is', () => {
    check(courses, (job) => {
      const done = job.names('done').length === job.tasks.size;
      expect(job.names('waiting', 'ready', 'running')).toEqual([]);
      expect(job.end).toBe(job.atCancel !== null ? 'canceled' : done ? 'done' : 'error');
    });
  });
});
