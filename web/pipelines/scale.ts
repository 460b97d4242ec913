/** Round numbers for an axis of durations. */

const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400];

export interface Scale {
  /** The upper end of the axis, in seconds. */
  readonly top: number;
  readonly ticks: readonly number[];
}

/** With about four lines. */
export function scaleFor(longest: number): Scale {
  const wanted = Math.max(longest, 1) / 4;
  const step = STEPS.find((one) => one >= wanted) ?? Math.ceil(wanted / 86_400) * 86_400;
  const count = Math.max(1, Math.ceil(longest / step));
  return { top: count * step, ticks: Array.from({ length: count + 1 }, (_, index) => index * step) };
}

/** Of nothing, null. */
export function median(numbers: readonly number[]): number | null {
  const sorted = [...numbers].sort((one, other) => one - other);
  const [low, high] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[Math.floor(sorted.length / 2)]];
  return low === undefined || high === undefined ? null : (low + high) / 2;
}
