/** The spans that there are, a request's, a job's and an attempt's, and how they hang together over processes. */
import { randomBytes } from 'node:crypto';
import { isTracing, record } from './trace.js';
import { parseTraceParent, type TraceParent } from './trace-parent.js';

const childOf = (parent: TraceParent | null): TraceParent => ({
  traceId: parent?.traceId ?? randomBytes(16).toString('hex'),
  spanId: randomBytes(8).toString('hex'),
  sampled: parent?.sampled ?? true,
});

/**
 * A job's span is recorded by whoever ends it, and its attempts' before that by others: all find out by themselves what
 * it is called. A job that nobody's trace has led to is a trace of its own.
 */
function spanOfJob(id: string, traceParent: string | null): TraceParent {
  const digits = id.replaceAll('-', '');
  const parent = parseTraceParent(traceParent);
  return {
    traceId: parent?.traceId ?? digits,
    spanId: digits.slice(16),
    sampled: parent?.sampled ?? true,
  };
}

/** What a request's work belongs to: a span of ours, or what the caller has sent along, for the tasks' own tools. */
export function requestSpan(header: unknown): { context: TraceParent | null; parent: TraceParent | null } {
  const parent = parseTraceParent(header);
  return { context: isTracing() ? childOf(parent) : parent, parent };
}

export interface AnsweredRequest {
  readonly context: TraceParent | null;
  readonly parent: TraceParent | null;
  readonly id: string;
  readonly method: string;
  readonly route: string;
  readonly status: number;
  readonly startMs: number;
}

export function recordRequest({
  context,
  parent,
  id,
  method,
  route,
  status,
  startMs,
}: AnsweredRequest): void {
  if (!isTracing() || context === null) return;
  record({
    name: `${method} ${route}`,
    kind: 'server',
    context,
    parent,
    startMs,
    endMs: Date.now(),
    failed: status >= 500,
    attributes: {
      'http.request.method': method,
      'http.route': route,
      'http.response.status_code': status,
      'holdfast.request': id,
    },
  });
}

export interface EndedJobSpan {
  readonly id: string;
  readonly pipeline: string;
  readonly outcome: string;
  readonly traceParent: string | null;
  readonly createdMs: number;
  /** null: it never ran. */
  readonly startedMs: number | null;
  readonly endedMs: number;
}

/** From its being scheduled; how long it waited is told beside. */
export function recordJob({ id, pipeline, outcome, traceParent, ...times }: EndedJobSpan): void {
  if (!isTracing()) return;
  record({
    name: `job ${pipeline}`,
    kind: 'consumer',
    context: spanOfJob(id, traceParent),
    parent: parseTraceParent(traceParent),
    startMs: times.createdMs,
    endMs: times.endedMs,
    failed: outcome === 'error',
    attributes: {
      'holdfast.job': id,
      'holdfast.pipeline': pipeline,
      'holdfast.outcome': outcome,
      'holdfast.waited_ms': Math.round((times.startedMs ?? times.endedMs) - times.createdMs),
    },
  });
}

export interface StartedAttempt {
  readonly jobId: string;
  readonly pipeline: string;
  readonly task: string;
  readonly attempt: number;
  readonly worker: string;
  readonly traceParent: string | null;
}

export interface AttemptSpan {
  /** For the environment of the task; null: nobody traces. */
  readonly context: TraceParent | null;
  end(outcome: string, exitCode: number): void;
}

export function attemptSpan({
  jobId,
  pipeline,
  task,
  attempt,
  worker,
  traceParent,
}: StartedAttempt): AttemptSpan {
  if (!isTracing()) return { context: parseTraceParent(traceParent), end: () => undefined };
  const parent = spanOfJob(jobId, traceParent);
  const context = childOf(parent);
  const startMs = Date.now();
  return {
    context,
    end: (outcome, exitCode) => {
      record({
        name: `task ${task}`,
        kind: 'internal',
        context,
        parent,
        startMs,
        endMs: Date.now(),
        failed: outcome !== 'done' && outcome !== 'canceled',
        attributes: {
          'holdfast.job': jobId,
          'holdfast.pipeline': pipeline,
          'holdfast.task': task,
          'holdfast.attempt': attempt,
          'holdfast.worker': worker,
          'holdfast.outcome': outcome,
          'holdfast.exit_code': exitCode,
        },
      });
    },
  };
}
