/** How long something took, or has taken so far, in whole seconds: the service's times have no more. */
import { formatDuration } from '../../domain/duration.js';

interface Span {
  readonly start: string | null;
  readonly end: string | null;
}

/** "": it has not begun. `now`: by the service's clock. */
export function took({ start, end }: Span, now: number): string {
  if (start === null) return '';
  return seconds(((end === null ? now : Date.parse(end)) - Date.parse(start)) / 1_000);
}

export function seconds(count: number): string {
  const whole = Math.floor(count);
  return whole < 1 ? '<1s' : formatDuration(whole * 1_000);
}

/** Where the user is, to the second. */
export const localTime = (instant: string): string => new Date(instant).toLocaleString('sv-SE');
