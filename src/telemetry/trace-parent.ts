/** W3C Trace Context: where in which trace something happens, as one text. */

export interface TraceParent {
  /** 32 and 16 hex digits, not all zero. */
  readonly traceId: string;
  readonly spanId: string;
  /** Whether the trace is kept. */
  readonly sampled: boolean;
}

/** Later versions may have more at their end; ff is none. */
const FORM = /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** null: not one, or none that may be followed. */
export function parseTraceParent(text: unknown): TraceParent | null {
  const match = typeof text === 'string' && text.length <= 200 ? FORM.exec(text) : null;
  if (match === null) return null;
  const [, version, traceId, spanId, flags, more] = match as unknown as string[];
  if (version === '00' && more !== undefined) return null;
  return {
    traceId: traceId as string,
    spanId: spanId as string,
    sampled: (parseInt(flags as string, 16) & 1) === 1,
  };
}

export const formatTraceParent = ({ traceId, spanId, sampled }: TraceParent): string =>
  `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`;
