/** Sends spans to an OpenTelemetry collector: in batches, from a bounded queue, and without anybody's waiting for it. */
import { diag, DiagLogLevel, SpanKind, SpanStatusCode, TraceFlags } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, type ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { logger } from './log.js';
import { Seldom } from './seldom.js';
import type { SpanRecord, TraceExport } from './span-record.js';
import type { TraceParent } from './trace-parent.js';

const log = logger('traces');
const seldom = new Seldom(60_000);

/** Spans that wait for an answer; what comes beyond them is dropped. */
const QUEUE = 2048;
const EXPORT_MS = 10_000;
/** For what is left at the end. */
const CLOSE_MS = 2_000;

const KINDS = { server: SpanKind.SERVER, consumer: SpanKind.CONSUMER, internal: SpanKind.INTERNAL };

export function openExport({ url, version }: TraceExport) {
  const complain = (message: string) => {
    const [, reason = message.slice(0, 200)] = /"message":"([^"]*)"/.exec(message) ?? [];
    const held = seldom.let('export');
    if (held !== null) log.warn(`spans could not be sent to ${new URL(url).host}`, { reason, again: held });
  };
  const silent = () => undefined;
  diag.setLogger(
    { error: complain, warn: silent, info: silent, debug: silent, verbose: silent },
    { logLevel: DiagLogLevel.ERROR, suppressOverrideMessage: true },
  );
  const resource = defaultResource().merge(
    resourceFromAttributes({ 'service.name': 'holdfast', 'service.version': version }),
  );
  const processor = new BatchSpanProcessor(new OTLPTraceExporter({ url, timeoutMillis: EXPORT_MS }), {
    maxQueueSize: QUEUE,
    exportTimeoutMillis: EXPORT_MS,
  });
  return {
    send: (span: SpanRecord) => {
      processor.onEnd(readable(span, resource, version));
    },
    close: async () => {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((done) => (timer = setTimeout(done, CLOSE_MS)));
      await Promise.race([processor.shutdown().catch(silent), late]);
      clearTimeout(timer);
    },
  };
}

const timeOf = (milliseconds: number): [number, number] => [
  Math.floor(milliseconds / 1000),
  Math.round((milliseconds % 1000) * 1e6),
];

const contextOf = ({ traceId, spanId, sampled }: TraceParent) => ({
  traceId,
  spanId,
  traceFlags: sampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
});

function readable(span: SpanRecord, resource: ReadableSpan['resource'], version: string): ReadableSpan {
  return {
    name: span.name,
    kind: KINDS[span.kind],
    spanContext: () => contextOf(span.context),
    ...(span.parent === null ? {} : { parentSpanContext: { ...contextOf(span.parent), isRemote: true } }),
    startTime: timeOf(span.startMs),
    endTime: timeOf(span.endMs),
    duration: timeOf(Math.max(span.endMs - span.startMs, 0)),
    ended: true,
    status: { code: span.failed ? SpanStatusCode.ERROR : SpanStatusCode.UNSET },
    attributes: span.attributes,
    links: [],
    events: [],
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
    resource,
    instrumentationScope: { name: 'holdfast', version },
  };
}
