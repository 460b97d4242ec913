// The promises about attempts: each is started once and alone, in its turn, no more of them than may be, and none lost for nothing.

import { isBefore, isHandler } from './pipelines.mjs';

const REASONS = {
  failed: 'failure',
  lost: 'worker_lost',
  'shut down': 'worker_lost',
  'let go': 'worker_lost',
};

export function* startsOnce({ notes, facts }) {
  for (const [key, { starts }] of notes) if (starts !== 1) yield `${key} was started ${starts} times`;
  for (const { id, attempt, count } of facts.claims) {
    if (count > 1) yield `attempt ${attempt} of task ${id} was handed out ${count} times`;
  }
}

/** By the notes: an attempt that was killed lived at least to its last one. */
export function* runsAlone({ tasks }) {
  for (const { attempts } of tasks) {
    const ran = attempts.filter(({ note }) => note !== null);
    for (const [index, { key, note }] of ran.entries()) {
      const before = ran.slice(0, index).find((other) => other.note.last > note.first);
      if (before !== undefined)
        yield `${key} began ${(before.note.last - note.first).toFixed()} ms before ${before.key} was over`;
    }
  }
}

/** By the notes and by the database: after what it depends on was done; a handler after all that ended by itself. */
export function* waitsForOthers({ tasks }) {
  for (const { name, plan, job, attempts } of tasks) {
    const ran = attempts.filter(({ note, started }) => note !== null && started !== null);
    const needed = plan.dependsOn.map((other) => job.tasks.get(other));
    for (const { key, note, started } of ran) {
      for (const other of needed) {
        const last = other.attempts.at(-1);
        if (other.status !== 'done') yield `${key} ran, and ${other.name} is ${other.status}`;
        else if (!(last.ended <= started) || !(last.note?.ended <= note.first))
          yield `${key} began before ${other.name} was done`;
      }
      if (!isHandler(name)) continue;
      const former = [...job.tasks.values()].filter((other) => isBefore(other.name, name));
      const early = former
        .flatMap((other) => other.attempts)
        .find((one) => one.end !== 'lost' && one.note?.last > note.first);
      if (early !== undefined) yield `${key} began before ${early.key} was over`;
    }
  }
}

/** What the database calls done or failed did come to that end, and what it never heard of did not run. */
export function* endsAsItSays({ tasks, notes }) {
  const known = new Set();
  for (const { key, end, code, error, note, plan } of tasks.flatMap(({ attempts }) => attempts)) {
    known.add(key);
    const said = plan.allowFailure && end === 'done' ? code : end === 'done' ? 0 : 7;
    if ((end === 'done' || end === 'failed') && note?.code !== said)
      yield `${key} is ${end}, and wrote ${note?.code}`;
    if (end === 'done' && code !== 0 && !plan.allowFailure) yield `${key} is done with ${code}`;
    if (end === 'unknown') yield `${key} ended with ${error}`;
  }
  for (const key of notes.keys())
    if (!known.has(key)) yield `${key} ran, and the database has no such attempt`;
}

/** Numbered without a gap, no more than allowed, each for a reason, and none left out that was due. */
export function* isTriedAgain({ tasks }) {
  for (const { name, job, attempt, rows, plan, attempts, status } of tasks) {
    const key = `${job.id}.${name}`;
    const { retries = 0, retryOn = [] } = plan;
    const may = ({ attempt: number, end }) => number <= retries && retryOn.includes(REASONS[end]);
    if (attempts.some((one, index) => one.attempt !== index + 1))
      yield `${key} has attempts that are missing`;
    if (attempt > retries + 1) yield `${key} had ${attempt} attempts, with ${retries} retries`;
    if (attempt - rows !== 1 && !['skipped', 'canceled'].includes(status))
      yield `${key} keeps ${rows} of ${attempt} attempts`;
    for (const one of attempts) {
      if (!one.last && !may(one)) yield `${one.key} was followed by another after: ${one.end}`;
      if (one.last && one.end !== 'done' && may(one) && job.status !== 'canceled')
        yield `${one.key} was not tried again`;
    }
  }
}

/** Who is called lost was killed or stopped or shut down, or the machine was slow: an outage alone buries nobody. */
export function* isLostForAReason({ tasks, members, slow, leaseMs }) {
  for (const { key, end, worker, started, ended } of tasks.flatMap(({ attempts }) => attempts)) {
    if (end !== 'lost') continue;
    const held = members.filter(({ names }) =>
      names.some((name) => worker.startsWith(`${name}#`) || worker.includes(name)),
    );
    const why = [...held.flatMap(({ disturbed }) => disturbed), ...slow].filter(
      ({ from, to }) => from <= ended && to >= started - leaseMs,
    );
    if (why.length === 0) yield `${key} was called lost, and nobody had touched ${worker}`;
  }
}
