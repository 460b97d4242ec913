/** The service's time, by which all its times are: the viewer's clock may be off by minutes. */

/** A `Date` header has whole seconds, and some time on the way; less is not worth correcting. */
const TOLERANCE_MS = 3_000;

let offsetMs = 0;

export function heardDate(header: string | null): void {
  const said = header === null ? NaN : Date.parse(header);
  if (Number.isNaN(said)) return;
  const difference = said + 500 - Date.now();
  offsetMs = Math.abs(difference) > TOLERANCE_MS ? difference : 0;
}

export const serviceNow = (): number => Date.now() + offsetMs;
