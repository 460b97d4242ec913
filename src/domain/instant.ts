/** Reads an instant as RFC 3339 has it, in microseconds since 1970, as precise as the database keeps them. */

const DATE = '(\\d{4})-(\\d\\d)-(\\d\\d)';
const TIME = '(\\d\\d):(\\d\\d):(\\d\\d)(?:\\.(\\d{1,9}))?';
/** A `+` that nobody has encoded comes out of a query string as a space. */
const ZONE = '(?:[Zz]|([+ -])(\\d\\d):(\\d\\d))';
const INSTANT = new RegExp(`^${DATE}[Tt ]${TIME}${ZONE}$`);

/** null: it is none. Digits beyond the microseconds are cut off. */
export function parseInstant(text: string): bigint | null {
  const [, year, month, day, hour, minute, second, fraction = '', sign, ...offset] = INSTANT.exec(text) ?? [];
  if (year === undefined) return null;
  const [offsetHours, offsetMinutes] = offset.map((part) => Number(part || 0));
  const local = `${year}-${String(month)}-${String(day)}T${String(hour)}:${String(minute)}:${String(second)}`;
  const date = new Date(`${local}Z`);
  // The 30th of February would be another day, and 24:00 the next one.
  if (Number.isNaN(date.getTime()) || !date.toISOString().startsWith(local)) return null;
  if (Number(offsetHours) > 23 || Number(offsetMinutes) > 59) return null;
  const shift = BigInt((sign === '-' ? -1 : 1) * (Number(offsetHours) * 60 + Number(offsetMinutes)));
  const micros = BigInt(fraction.slice(0, 6).padEnd(6, '0'));
  return BigInt(date.getTime()) * 1000n + micros - shift * 60_000_000n;
}
