/** Every number that this process counts itself, by name; `rate()` over all processes is what the service does. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

export const registry = new Registry();
// Memory, processor, event loop, garbage collection.
collectDefaultMetrics({ register: registry });

const registers = [registry];
const counter = <L extends string>(name: string, help: string, ...labelNames: L[]) =>
  new Counter({ name: `holdfast_${name}`, help, labelNames, registers });
const gauge = <L extends string>(name: string, help: string, ...labelNames: L[]) =>
  new Gauge({ name: `holdfast_${name}`, help, labelNames, registers });
const histogram = <L extends string>(name: string, help: string, buckets: number[], ...labelNames: L[]) =>
  new Histogram({ name: `holdfast_${name}`, help, buckets, labelNames, registers });

const FAST = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const LATE = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800];

export const requests = histogram(
  'http_request_duration_seconds',
  'Requests by route, until the answer was sent or the caller had gone (499)',
  FAST,
  'method',
  'route',
  'status',
);

export const jobsScheduled = counter('jobs_scheduled_total', 'Jobs that were accepted', 'pipeline');
export const jobsEnded = counter(
  'jobs_ended_total',
  'Jobs that this process has ended',
  'pipeline',
  'outcome',
);
export const tasksEnded = counter(
  'tasks_ended_total',
  'Tasks that came to their end in a transaction of this process; skipped ones and canceled ones never ran',
  'pipeline',
  'outcome',
);
export const attemptsRetried = counter(
  'attempts_retried_total',
  'Attempts that are followed by another, by why',
  'pipeline',
  'reason',
);
export const attemptsLost = counter(
  'attempts_lost_total',
  'Running attempts of lost workers that this process has ended or has had tried again',
  'pipeline',
);
export const workersLost = counter('workers_lost_total', 'Workers that this process has called dead');

export const startLatency = histogram(
  'task_start_latency_seconds',
  "From a task's being ready to its claim by this process, by the database's clock",
  LATE,
);
export const claimDuration = histogram('claim_duration_seconds', 'What a claim takes, answer included', FAST);
export const finishDuration = histogram(
  'finish_duration_seconds',
  'What it takes to record the end of an attempt, and all that follows from it',
  FAST,
);
export const outputBytes = counter('output_bytes_total', 'Bytes of output that were stored', 'stream');

export const heartbeatFailures = counter('heartbeat_failures_total', 'Heartbeats that could not be written');
export const heartbeatAge = gauge(
  'heartbeat_age_seconds',
  "Since this worker's last heartbeat that was answered",
);
export const slots = gauge('worker_slots', 'Tasks that this worker runs side by side at most');
export const slotsTaken = gauge('worker_tasks_running', 'Tasks that this worker runs now');
export const standingBy = gauge(
  'worker_standing_by',
  '1: another worker has the name of this one, so it runs nothing',
);

// An API process has none of these, and must not say that they are 0.
for (const one of [heartbeatAge, slots, slotsTaken, standingBy]) one.remove();

export const streamsOpen = gauge('streams_open', 'Streams of events that somebody reads from this process');
export const poolSize = gauge('pool_size', 'Connections that a pool may have', 'pool');
export const poolConnections = gauge('pool_connections', 'Connections that a pool has', 'pool', 'state');
export const poolWaiting = gauge('pool_waiting', 'Who waits for a connection of a pool', 'pool');
