/** Writes the rows that jobs begin with, all of them with the COMMIT. */
import type { Deed } from '../domain/audit.js';
import { isJobEnd } from '../domain/status.js';
import type { AtCommit, Transaction } from '../database/transaction.js';
import { insertAudit } from './audit.sql.js';
import { insertJobs, type NewJob } from './entry.sql.js';
import { type FirstRows, firstRows } from './first-rows.js';
import { insertDefinition } from './job.sql.js';
import type { Newcomer, Rerun } from './newcomer.js';
import { type Advanced, NOTHING } from './news.js';
import { snapshotOf } from './snapshot.js';
import { carryTasks, insertTasks } from './task.sql.js';

export interface Entry extends Newcomer {
  /** false: it waits. */
  readonly start: boolean;
}

/** Under the pipeline's lock, in the order in which they came. Answers the news of each by its id. */
export function enter(
  on: Transaction,
  atCommit: AtCommit,
  pipeline: string,
  entries: readonly Entry[],
): ReadonlyMap<string, Advanced> {
  if (entries.length === 0) return new Map();
  const entering = entries.map((entry) => {
    const { definition, rerun } = entry.request;
    return { ...entry, rows: firstRows(definition, entry.start, rerun?.carried) };
  });
  keepDefinitions(on, atCommit, entries);
  const inserted = atCommit(insertJobs(on, pipeline, entering.map(jobOf)));
  const tasks = entering.flatMap(({ id, rows }) => rows.tasks.map((task) => ({ job_id: id, ...task })));
  void atCommit(insertTasks(on, tasks));
  for (const { id, request } of entering) {
    if (request.rerun !== undefined)
      void atCommit(carryTasks(on, id, request.rerun.of, request.rerun.carried));
  }
  const deeds = entering.map(({ id, request }) => ({
    jobId: id,
    by: request.by,
    deed: deedOf(request.rerun),
  }));
  void atCommit(insertAudit(on, ...deeds));

  const firstToRun = entering.find(({ rows }) => rows.status === 'running')?.id;
  return new Map(
    entering.map(({ id, rows, request: { by } }) => {
      const ended = isJobEnd(rows.status) ? [atCommit(inserted.then((jobs) => jobs.get(id) ?? []))] : [];
      // Workers are woken once for all of them.
      const ready = id === firstToRun;
      return [id, { ...NOTHING, ready, scheduled: [{ id, pipeline, by }], jobs: ended, changed: [id] }];
    }),
  );
}

function keepDefinitions(on: Transaction, atCommit: AtCommit, entries: readonly Entry[]): void {
  const snapshots = entries.flatMap(({ request: { definition, rerun } }) =>
    rerun === undefined ? [snapshotOf(definition)] : [],
  );
  for (const { id, body } of new Set(snapshots)) void atCommit(insertDefinition(on, id, body));
}

const jobOf = ({ id, request, rows }: Entry & { readonly rows: FirstRows }): NewJob => ({
  id,
  definitionId: request.rerun?.definitionId ?? snapshotOf(request.definition).id,
  status: rows.status,
  queuePartition: request.queuePartition,
  user: request.by.user,
  variables: request.variables,
  delayMs: request.definition.startDelayMs,
  traceParent: request.traceParent ?? null,
  rerunOf: request.rerun?.of ?? null,
});

const deedOf = (rerun: Rerun | undefined): Deed =>
  rerun === undefined ? { action: 'schedule' } : { action: 'rerun', otherJobId: rerun.of };
