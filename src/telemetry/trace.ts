/** Where spans go: nowhere, until somebody wants them. */
import type { SpanRecord, TraceExport } from './span-record.js';

let send: ((span: SpanRecord) => void) | null = null;

export const isTracing = (): boolean => send !== null;

export function record(span: SpanRecord): void {
  if (span.context.sampled) send?.(span);
}

/** Answers how to send what is left and stop. The exporter is loaded only here: most who run this have none. */
export async function startTracing(options: TraceExport): Promise<() => Promise<void>> {
  const { openExport } = await import('./otlp.js');
  const opened = openExport(options);
  send = opened.send;
  return async () => {
    send = null;
    await opened.close();
  };
}
