/** Round numbers for an axis of durations. */
import { duration } from '../parts/time.js';

/** In milliseconds, in which a tenth is a whole number. */
const STEPS = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * 1000),
  ...[1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440].map((minutes) => minutes * 60_000),
];
const DAY = 86_400_000;

export interface Scale {
  /** The upper end of the axis, in seconds. */
  readonly top: number;
  readonly ticks: readonly number[];
}

/** With about four lines. `least`: seconds below which nothing is known. */
export function scaleFor(longest: number, least = 0.001): Scale {
  const wanted = Math.max((longest * 1000) / 4, least * 1000);
  const step = STEPS.find((one) => one >= wanted) ?? Math.ceil(wanted / DAY) * DAY;
  const count = Math.max(1, Math.ceil((longest * 1000) / step));
  const ticks = Array.from({ length: count + 1 }, (_, index) => (index * step) / 1000);
  return { top: (count * step) / 1000, ticks };
}

/** As it stands at a line. */
export const tickText = (seconds: number): string => (seconds === 0 ? '0' : duration(seconds));

/** Of nothing, null. */
export function median(numbers: readonly number[]): number | null {
  const sorted = [...numbers].sort((one, other) => one - other);
  const [low, high] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[Math.floor(sorted.length / 2)]];
  return low === undefined || high === undefined ? null : (low + high) / 2;
}
