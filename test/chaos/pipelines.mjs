// The pipelines of a run: random graphs under every kind of limit, and what each of their tasks is going to do.

/** Each kind once before any comes again, so that a short run has them all. */
const KINDS = [
  { concurrency: 1 },
  { concurrency: 3 },
  { concurrency: 2, queue_limit: 4 },
  { concurrency: 1, queue_limit: 2, queue_strategy: 'replace' },
  { concurrency: 2, queue_partition_limit: 2, queue_strategy: 'partitioned_replace' },
  { concurrency: 2, queue_limit: 6, start_delay: '1s' },
  { concurrency: 2, continue_running_tasks_after_failure: true },
  { concurrency: 4, continue_running_tasks_after_failure: true },
];
const COUNT = 12;
/** In the order in which they run. */
const HANDLERS = ['on_error', 'on_cancel', 'finally'];
export const isHandler = (name) => HANDLERS.includes(name);
/** Whether the task `name` of a job is one that the handler `handler` comes after. */
export const isBefore = (name, handler) => HANDLERS.indexOf(name) < HANDLERS.indexOf(handler);

export function makePipelines(random) {
  return Array.from({ length: COUNT }, (_, index) => {
    const kind = KINDS[index % KINDS.length];
    const tasks = makeTasks(random, kind.concurrency);
    const handlers = HANDLERS.filter(() => random.chance(0.5)).map((name) => makeHandler(name, random));
    return { name: `p${index}`, kind, tasks: [...tasks, ...handlers] };
  });
}

function makeHandler(name, random) {
  const ticks = random.whole(1, 8);
  return { name, dependsOn: [], ticks, burst: 1, pause: 0.05, failures: random.chance(0.1) ? 1 : 0 };
}

/** Where jobs wait for each other they are short, so that no wait list outlives the run for long. */
function makeTasks(random, concurrency) {
  const tasks = [];
  // Twins, so that they end at the same moment.
  const twin = random.chance(0.3) ? makeTask(random, false) : null;
  for (let left = random.whole(1, 2 + 2 * Math.min(concurrency, 2)); left > 0; left -= 1) {
    const dependsOn = tasks.filter(() => random.chance(0.4)).map(({ name }) => name);
    tasks.push({ name: `t${tasks.length}`, dependsOn, ...(twin ?? makeTask(random, concurrency > 1)) });
  }
  // A name says nothing about the order.
  return random.shuffled(tasks);
}

function makeTask(random, mayBeLong) {
  const retries = random.chance(0.5) ? random.whole(1, 3) : 0;
  const failing = random.chance(0.2);
  const loud = random.chance(0.15);
  return {
    retries,
    retryOn: random.pick([['worker_lost'], ['failure', 'worker_lost'], ['failure']]),
    /** The first attempts fail; sometimes more of them than there may be. */
    failures: failing ? random.whole(1, 3) : 0,
    allowFailure: random.chance(0.1),
    /** Some go on for longer than a lease. */
    ticks: random.chance(0.12) && mayBeLong ? random.whole(60, 90) : random.whole(1, 12),
    burst: loud ? 200 : 1,
    pause: Number(random.between(0.02, 0.12).toFixed(3)),
    /** A process that it leaves behind, which is to end with it. */
    leaves: random.chance(0.15),
  };
}

/** All that an attempt writes, if nobody breaks it off. */
export function outputOf({ ticks, burst }, attempt) {
  const line = (_, index) => `line ${index + 1} of attempt ${attempt}\n`;
  const tick = (_, index) => `tick ${index + 1}\n`;
  return {
    stdout: Array.from({ length: ticks * burst }, line).join(''),
    stderr: Array.from({ length: ticks }, tick).join(''),
  };
}

/** As the text of a pipelines.yml; JSON is YAML. */
export function fileOf(pipelines) {
  const entries = pipelines.map(({ name, kind, tasks }) => {
    const handlers = tasks.filter((task) => isHandler(task.name));
    const graph = tasks.filter((task) => !isHandler(task.name)).map((task) => [task.name, taskOf(task)]);
    const scripts = handlers.map((handler) => [handler.name, { script: scriptOf(handler) }]);
    return [name, { ...kind, ...Object.fromEntries(scripts), tasks: Object.fromEntries(graph) }];
  });
  return JSON.stringify({ pipelines: Object.fromEntries(entries) }, null, 1);
}

function taskOf(task) {
  const { dependsOn, retries, retryOn, allowFailure } = task;
  const again = retries === 0 ? {} : { retries, retry_on: retryOn, retry_delay: '100ms' };
  return { script: scriptOf(task), depends_on: dependsOn, allow_failure: allowFailure, ...again };
}

function scriptOf({ ticks, burst, pause, failures, leaves }) {
  const work = `source "$CHAOS_TASK"; chaos {{ .__jobID }} ${ticks} ${burst} ${pause} ${failures}`;
  return leaves ? ['sleep 600 &', work] : [work];
}
