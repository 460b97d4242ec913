/** Times and durations as people say them. */

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * "45 s", "3 min 20 s", "1 h 5 min", "2 d 3 h": the two largest units. Between two times of whole seconds, none is less
 * than one; what is known better is said better: "320 ms", "1.5 s".
 */
export function duration(seconds: number): string {
  const milliseconds = Math.round(seconds * 1000);
  if (milliseconds <= 0) return '<1 s';
  if (milliseconds < 1000) return `${milliseconds} ms`;
  if (milliseconds < 9950) return `${Math.round(milliseconds / 100) / 10} s`;
  const whole = Math.round(seconds);
  if (whole < MINUTE) return `${whole} s`;
  if (whole < HOUR) return pair(Math.floor(whole / MINUTE), 'min', whole % MINUTE, 's');
  if (whole < DAY) return pair(Math.floor(whole / HOUR), 'h', Math.floor((whole % HOUR) / MINUTE), 'min');
  return pair(Math.floor(whole / DAY), 'd', Math.floor((whole % DAY) / HOUR), 'h');
}

const pair = (large: number, unit: string, small: number, smallUnit: string) =>
  small === 0 ? `${large} ${unit}` : `${large} ${unit} ${small} ${smallUnit}`;

/** "about 2 min": an estimate pretends no more than it knows. */
export function roughly(seconds: number): string {
  if (seconds < 10) return 'a few seconds';
  if (seconds < 55) return `about ${Math.ceil(seconds / 10) * 10} s`;
  if (seconds < HOUR) return `about ${Math.round(seconds / MINUTE)} min`;
  if (seconds < DAY) return `about ${duration(Math.round(seconds / (10 * MINUTE)) * 10 * MINUTE)}`;
  return `about ${Math.round(seconds / DAY)} d`;
}

/** How long ago, or in how long; beyond a week the day itself. */
export function relative(then: number, now: number): string {
  const seconds = Math.round((now - then) / 1000);
  const distance = Math.abs(seconds);
  if (distance < 5) return 'just now';
  if (distance > 7 * DAY) return day(then, now);
  const text =
    distance < MINUTE
      ? `${distance} s`
      : distance < HOUR
        ? `${Math.floor(distance / MINUTE)} min`
        : distance < DAY
          ? `${Math.floor(distance / HOUR)} h`
          : `${Math.floor(distance / DAY)} d`;
  return seconds > 0 ? `${text} ago` : `in ${text}`;
}

function day(then: number, now: number): string {
  const sameYear = new Date(then).getFullYear() === new Date(now).getFullYear();
  return new Date(then).toLocaleDateString(undefined, {
    day: 'numeric',
    month: 'short',
    ...(sameYear ? {} : { year: 'numeric' }),
  });
}

/** In the viewer's zone, with its name. */
export const exact = (then: number): string =>
  new Date(then).toLocaleString(undefined, { dateStyle: 'full', timeStyle: 'long' });

export const secondsBetween = (start: string, end: string | number): number =>
  ((typeof end === 'number' ? end : Date.parse(end)) - Date.parse(start)) / 1000;

/** "14:03:09.120", of the viewer's day. */
export function clockTime(at: number): string {
  const date = new Date(at);
  const two = (number: number) => String(number).padStart(2, '0');
  const seconds = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
  return `${seconds}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}
