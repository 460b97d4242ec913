/** Instants as they are written on the command line: RFC 3339, a day, or so long ago. */
import { DurationError, parseDuration } from '../domain/duration.js';
import { parseInstant } from '../domain/instant.js';
import { wrongUsage } from './exit.js';

/** As the service reads it. A day begins where the user is. */
export function instantIn(option: string, text: string, now: number): string {
  if (parseInstant(text) !== null) return text;
  const day = /^\d{4}-\d\d-\d\d$/.test(text) ? new Date(`${text}T00:00:00`) : null;
  if (day !== null && !Number.isNaN(day.getTime())) return day.toISOString();
  try {
    return new Date(now - Math.abs(parseDuration(text))).toISOString();
  } catch (error) {
    if (!(error instanceof DurationError || error instanceof RangeError)) throw error;
  }
  throw wrongUsage(`${option} ${text}: expected 2h, 3d, 2026-11-23 or 2026-11-23T10:00:00Z`);
}
