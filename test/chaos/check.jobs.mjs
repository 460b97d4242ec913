// The promises about jobs: what was accepted is there and ended once, as it was canceled, and within its limits.
import { groupBy } from './history.mjs';
import { isHandler } from './pipelines.mjs';

const isEnd = (status) => ['done', 'error', 'canceled'].includes(status);

export function* endsOnce({ jobs, facts, ledger }) {
  const ends = new Map(facts.ends.map(({ job, count }) => [job, count]));
  for (const { jobId, outcome } of ledger.values()) {
    if (outcome === 'accepted' && !jobs.has(jobId)) yield `job ${jobId} was accepted and is not there`;
  }
  for (const { id, status } of jobs.values()) {
    if (!isEnd(status)) yield `job ${id} has not ended: ${status}`;
    else if (ends.get(id) !== 1) yield `job ${id} ended ${ends.get(id)} times`;
  }
  for (const { what } of facts.changes) yield `changed after its end: ${what}`;
}

/** A refused request left nothing, and none became two jobs. */
export function* isWhatWasAsked({ jobs, ledger }) {
  for (const [token, group] of groupBy([...jobs.values()], (job) => job.token)) {
    const request = ledger.get(token);
    if (group.length > 1) yield `request ${token} became ${group.length} jobs`;
    if (request === undefined || request.outcome === 'refused')
      yield `nobody was promised job ${group[0].id}`;
    if (request?.outcome === 'accepted' && request.jobId !== group[0].id)
      yield `request ${token} has another job`;
  }
  for (const { token, outcome, status, body } of ledger.values()) {
    if (outcome === 'wrong') yield `request ${token} was answered ${status}: ${JSON.stringify(body)}`;
  }
}

export function* cancelWins({ jobs, ledger }) {
  for (const { jobId, canceled } of ledger.values()) {
    const status = jobs.get(jobId)?.status;
    if (canceled && status !== 'canceled') yield `job ${jobId} was canceled and is ${status}`;
  }
}

/** An end at the same moment as a start makes room for it. */
export function* keepsConcurrency({ jobs, pipelines }) {
  const started = [...jobs.values()].filter((job) => job.started !== null);
  const byPipeline = groupBy(started, (job) => job.pipeline);
  for (const { name, kind } of pipelines) {
    const moments = (byPipeline.get(name) ?? []).flatMap((job) => [
      { at: job.started, change: 1, id: job.id },
      { at: job.ended ?? Infinity, change: -1, id: job.id },
    ]);
    moments.sort((one, other) => one.at - other.at || one.change - other.change);
    let running = 0;
    for (const { change, id } of moments) {
      running += change;
      if (running > kind.concurrency) yield `${running} jobs of ${name} ran at once, job ${id} as the last`;
    }
  }
}

/** What the rows of its tasks say is what the job says. */
export function* agreesWithTasks({ jobs }) {
  for (const { id, status, tasks } of jobs.values()) {
    const graph = [...tasks.values()].filter((task) => !isHandler(task.name));
    const open = [...tasks.values()].filter(
      (task) => !['done', 'error', 'canceled', 'skipped'].includes(task.status),
    );
    if (isEnd(status) && open.length > 0) yield `job ${id} ended before its task ${open[0].name}`;
    if (status === 'done' && graph.some((task) => task.status !== 'done'))
      yield `job ${id} is done, not all its tasks`;
    const failing = [...graph, ...[...tasks.values()].filter(({ name }) => name === 'finally')];
    if (status === 'error' && failing.every((task) => task.status !== 'error'))
      yield `job ${id} failed, none of its tasks`;
  }
}

/** A job that had started has each handler that is due as a task, and one that had not has none. */
export function* runsHandlers({ jobs, pipelines }) {
  const plans = new Map(pipelines.map(({ name, tasks }) => [name, tasks.map((task) => task.name)]));
  for (const { id, pipeline, status, started, tasks } of jobs.values()) {
    if (!isEnd(status)) continue;
    const failed = [...tasks.values()].some((task) => !isHandler(task.name) && task.status === 'error');
    const last = tasks.get('finally');
    const due = {
      on_error: status === 'error' && failed,
      // It does not come after a `finally` that began before the cancel.
      on_cancel: status === 'canceled' && (last === undefined ? true : null),
      finally: true,
    };
    for (const [name, isDue] of Object.entries(due)) {
      const has = tasks.has(name);
      if (has && started === null) yield `job ${id} never started and has ${name}`;
      if (!plans.get(pipeline).includes(name) || started === null || isDue === null) continue;
      if (isDue && !has) yield `job ${id} is ${status}, without ${name}`;
      if (!isDue && has && !(name === 'on_error' && status === 'canceled' && failed))
        yield `job ${id} is ${status}, with ${name}`;
    }
  }
}
