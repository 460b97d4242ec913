/** A moment, said relative to now, and exactly to whoever hovers over it. */
import { useNow } from './now.js';
import { duration, exact, relative, secondsBetween } from './time.js';

const MINUTE_MS = 60_000;

/** As it is said now. */
export function useRelative(then: number): string {
  const roughly = useNow(MINUTE_MS / 6);
  // What is counted in seconds is not to stand still while seconds are counted beside it.
  return relative(then, useNow(roughly - then < MINUTE_MS ? 1000 : MINUTE_MS / 6));
}

export function When({ at }: { at: string }) {
  const then = Date.parse(at);
  const text = useRelative(then);
  return (
    <time dateTime={at} title={exact(then)}>
      {text}
    </time>
  );
}

interface TookProps {
  readonly start: string | null;
  readonly end: string | null;
  /** Where it is known better than by its start and end, which are whole seconds. */
  readonly seconds?: number | null;
}

/** How long something took, or has been taking since. */
export function Took({ start, end, seconds = null }: TookProps) {
  const now = useNow(start !== null && end === null ? 1000 : null);
  if (start === null) return <span className="none">–</span>;
  const title = end === null ? `since ${exact(Date.parse(start))}` : `until ${exact(Date.parse(end))}`;
  return <span title={title}>{duration(seconds ?? secondsBetween(start, end ?? now))}</span>;
}
