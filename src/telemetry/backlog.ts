/** What the database says of the work of all processes: each that answers the API says the same, so take `max`, not `sum`. */
import { Gauge } from 'prom-client';
import { registry } from './metrics.js';
import { pipelineLabel } from './pipeline-label.js';

const gauge = <L extends string>(name: string, help: string, ...labelNames: L[]) =>
  new Gauge({ name: `holdfast_${name}`, help, labelNames, registers: [registry] });

export const databaseUp = gauge('database_up', '1: the database has answered this scrape');
const waiting = gauge('jobs_waiting', 'Jobs in the wait list, delayed ones included', 'pipeline');
const running = gauge('jobs_running', 'Jobs that were admitted and have not ended', 'pipeline');
const oldest = gauge(
  'oldest_waiting_job_age_seconds',
  'Since the oldest job that waits for room was scheduled',
  'pipeline',
);
const tasksReady = gauge('tasks_ready', 'Tasks that wait for a worker and for nothing else');
const tasksRunning = gauge('tasks_running', 'Tasks that workers run, by their own word');
const oldestReady = gauge('oldest_ready_task_age_seconds', 'How long the first of them has been ready');
const workers = gauge('workers', 'Workers that are believed to live');
const single = [tasksReady, tasksRunning, oldestReady, workers];
const byPipeline = [waiting, running, oldest];
// Prometheus's client begins with 0, which a process that never asks must not say.
for (const one of [databaseUp, ...single]) one.remove();

interface OfPipeline {
  readonly pipeline: string;
  readonly running: number;
  readonly waiting: number;
  readonly oldestWaiting: number | null;
}

interface OfTasks {
  readonly ready: number;
  readonly running: number;
  readonly oldestReady: number | null;
  readonly workers: number;
}

/** null: it is not known. */
export function backlog(pipelines: readonly OfPipeline[], tasks: OfTasks | null): void {
  for (const one of byPipeline) one.reset();
  const oldestOf = new Map<string, number>();
  for (const of of pipelines) {
    const pipeline = pipelineLabel(of.pipeline);
    waiting.inc({ pipeline }, of.waiting);
    running.inc({ pipeline }, of.running);
    oldestOf.set(pipeline, Math.max(oldestOf.get(pipeline) ?? 0, of.oldestWaiting ?? 0));
  }
  for (const [pipeline, seconds] of oldestOf) oldest.set({ pipeline }, seconds);
  for (const one of single) one.remove();
  if (tasks === null) return;
  tasksReady.set(tasks.ready);
  tasksRunning.set(tasks.running);
  oldestReady.set(tasks.oldestReady ?? 0);
  workers.set(tasks.workers);
}
