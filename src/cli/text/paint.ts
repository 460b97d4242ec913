/** The signs and colors of a status. */
import { styleText } from 'node:util';
import type { JobStatus } from '../../domain/status.js';
import type { Task } from '../ask/answers.js';

export type Status = Task['status'] | JobStatus;
type Style = Parameters<typeof styleText>[0];
export type Paint = (style: Style, text: string) => string;

/** Asked once whether there are colors, as Node decides it: NO_COLOR, FORCE_COLOR, TERM. */
export const paintFor = (colors: boolean): Paint =>
  colors ? (style, text) => (text === '' ? '' : styleText(style, text)) : (_, text) => text;

const SIGNS = {
  waiting: '○',
  running: '●',
  done: '✓',
  error: '✗',
  canceled: '■',
  skipped: '–',
} as const satisfies Record<Status, string>;

const STYLES = {
  waiting: 'dim',
  running: 'cyan',
  done: 'green',
  error: 'red',
  canceled: 'yellow',
  skipped: 'dim',
} as const satisfies Record<Status, Style>;

export const signOf = (status: Status, paint: Paint): string =>
  isKnown(status) ? paint(STYLES[status], SIGNS[status]) : '?';
export const wordOf = (status: Status, paint: Paint): string =>
  isKnown(status) ? paint(STYLES[status], status) : status;

/** A newer service may have more of them. */
const isKnown = (status: string): status is Status => Object.hasOwn(SIGNS, status);
