/** A moment, said relative to now, and exactly to whoever hovers over it. */
import { useNow } from './now.js';
import { duration, exact, relative, secondsBetween } from './time.js';

export function When({ at }: { at: string }) {
  const then = Date.parse(at);
  const now = useNow(10_000);
  return (
    <time dateTime={at} title={exact(then)}>
      {relative(then, now)}
    </time>
  );
}

/** How long something took, or has been taking since. */
export function Took({ start, end }: { start: string | null; end: string | null }) {
  const now = useNow(start !== null && end === null ? 1000 : null);
  if (start === null) return <span className="none">–</span>;
  const title = end === null ? `since ${exact(Date.parse(start))}` : `until ${exact(Date.parse(end))}`;
  return <span title={title}>{duration(secondsBetween(start, end ?? now))}</span>;
}
