// The facts of a run put together: each attempt with its plan, its notes, its output, and what became of it.
import { outputOf } from './pipelines.mjs';

export const CUT = '[holdfast: the worker was lost; what it had not stored of the output is missing]\n';

/** Attempts in the order of their numbers; the last one of a task is its own row. */
export function historyOf(facts, notes, pipelines) {
  const plans = new Map(
    pipelines.flatMap(({ name, tasks }) => tasks.map((task) => [`${name}/${task.name}`, task])),
  );
  const jobs = new Map(facts.jobs.map((job) => [job.id, { ...job, tasks: new Map() }]));
  const output = new Map(facts.output.map((one) => [`${one.id}/${one.attempt}/${one.stream}`, one]));
  const earlier = groupBy(facts.attempts, ({ id }) => id);

  for (const row of facts.tasks) {
    const job = jobs.get(row.job);
    const plan = plans.get(`${job.pipeline}/${row.name}`);
    const rows = (earlier.get(row.id) ?? []).sort((one, other) => one.attempt - other.attempt);
    // One that waited for another attempt when its job ended has none under way.
    const own = row.attempt > rows.length ? [row] : [];
    const attempts = [...rows, ...own].map((attempt) => {
      const key = `${row.job}.${row.name}.${attempt.attempt}`;
      const stream = (name) => output.get(`${row.id}/${attempt.attempt}/${name}`);
      return {
        ...attempt,
        key,
        plan,
        last: attempt === row,
        end: endOf(attempt, attempt === row ? row.status : 'error'),
        note: notes.get(key) ?? null,
        gapless: ['stdout', 'stderr'].every((name) => stream(name)?.gapless ?? true),
        stdout: stream('stdout')?.data.toString() ?? '',
        stderr: stream('stderr')?.data.toString() ?? '',
        whole: outputOf(plan, attempt.attempt),
      };
    });
    job.tasks.set(row.name, { ...row, plan, job, rows: rows.length, attempts });
  }
  return { jobs, tasks: [...jobs.values()].flatMap((job) => [...job.tasks.values()]) };
}

/** What ended an attempt, by the words of its error. */
function endOf({ error }, status) {
  if (status !== 'error') return status;
  if (/^exit status \d+$/.test(error)) return 'failed';
  if (/^the worker ".+" was lost while the task ran$/.test(error)) return 'lost';
  if (error === 'the worker was shut down while the task ran') return 'shut down';
  // By its own launcher, before others could start it again.
  if (/^its worker (had lost touch with the database|stood still)$/.test(error)) return 'let go';
  return 'unknown';
}

export function groupBy(list, keyOf) {
  const groups = new Map();
  for (const one of list) {
    const group = groups.get(keyOf(one));
    if (group === undefined) groups.set(keyOf(one), [one]);
    else group.push(one);
  }
  return groups;
}
